import Queue

extension Handlers {
    /// Every kind of job that comes with the system, each with the file that runs it.
    ///
    /// - Throws: `RenderingError` where a template that comes with the program is faulty.
    static func all(_ surroundings: Surroundings) throws -> Handlers {
        let snapshot = ComputeSnapshot(surroundings: surroundings)
        let evaluate = EvaluateReminders(surroundings: surroundings)
        let send = try SendNotice(surroundings: surroundings)
        let compile = try CompileReport(surroundings: surroundings)
        let archive = ArchiveReport(surroundings: surroundings)
        let audit = AuditArchive(surroundings: surroundings)
        var handlers = Handlers()
        handlers.on(Diagnostic.kind, args: DiagnosticArgs.self, run: Diagnostic.run)
        handlers.on(GenerateObligations.kind, args: GenerateObligationsArgs.self, run: GenerateObligations.run)
        handlers.on(ComputeSnapshot.kind, args: ComputeSnapshotArgs.self, run: snapshot.run)
        handlers.on(EvaluateReminders.kind, args: EvaluateRemindersArgs.self, run: evaluate.run)
        handlers.on(SendNotice.kind, args: SendNoticeArgs.self, run: send.run)
        handlers.on(CompileReport.kind, args: CompileReportArgs.self, run: compile.run)
        handlers.on(ArchiveReport.kind, args: ArchiveReportArgs.self, run: archive.run)
        handlers.on(AuditArchive.kind, args: AuditArchiveArgs.self, run: audit.run)
        return handlers
    }
}
