import Civil
import Foundation
import Logging
import Postgres
import Queue
import Service
import Synchronization

/// The life of one worker process: prepare, work, drain, end.
struct WorkerProcess {
    static let program = "rinda-worker"
    /// The most connections that handlers share; more slots than that wait for one another.
    private static let mostHandlerConnections = 16
    /// The least time after the drain's grace that the process of a suspected crasher gets to give its job back.
    private static let isolationGrace = Duration.seconds(4)

    private let configuration: RindaConfiguration
    private let runsAlone: Bool
    private let logger: Logger
    private let settings: ConnectionSettings
    private let control: Pool
    private let isolated: IsolatedRuns

    /// Works until told to stop; says how it went.
    ///
    /// - Parameter runsAlone: whether the process runs one suspected crasher and then ends.
    /// - Throws: `ConfigurationError` where there is no database's address.
    static func run(_ configuration: RindaConfiguration, runsAlone: Bool) async -> ExitStatus {
        let url: String
        do {
            url = try configuration.requireDatabaseURL()
        } catch {
            FileHandle.standardError.write(Data("\(program): \(error)\n".utf8))
            return .wrongUsage
        }
        DaemonLog.bootstrap(level: configuration.logLevel)
        return await WorkerProcess(configuration, url: url, runsAlone: runsAlone).run()
    }

    private init(_ configuration: RindaConfiguration, url: String, runsAlone: Bool) {
        self.configuration = configuration
        self.runsAlone = runsAlone
        logger = Logger(
            label: Self.program,
            metadataProvider: Logger.MetadataProvider { JobContext.current?.metadata ?? [:] })
        // Whoever gets no answer for the length of a lease has lost the lease: the server is given up, whatever TCP says.
        settings = ConnectionSettings(
            url, applicationName: Self.program, answerTimeout: configuration.lease)
        control = Pool(settings, maxConnections: 5, acquireTimeout: min(.seconds(10), configuration.lease))
        isolated = IsolatedRuns(logger: logger)
    }

    private func run() async -> ExitStatus {
        let stop = StopRequest(signals: Signals.termination(), logger: logger)
        if runsAlone {
            ParentWatch.begin { stop.request("the worker that started this process is gone") }
        }
        guard let prepared = await prepare(stop) else { return stop.isRequested ? .done : .failed }
        let worker: Worker
        do {
            worker = try makeWorker(prepared)
        } catch {
            logger.critical("cannot begin: \(error)")
            return .failed
        }
        stop.whenRequested {
            worker.stop()
            isolated.stop()
            Systemd.notify(.stopping)
        }
        let drained = await worker.run {
            if !runsAlone { Readiness.announce(Self.program) }
        }
        await isolated.ended(by: stop.requestedAt.map { $0 + configuration.drainTimeout + Self.isolationGrace })
        switch drained {
        case .clean:
            logger.info("everything is settled or given back")
            return .done
        case .unsettled:
            logger.error("the database did not answer in time: what this process held is taken over by others")
            return .failed
        }
    }

    /// Prepares in a task of its own, which a stop cancels; nil where stopped, or where the database cannot be worked
    /// with, which is logged.
    private func prepare(_ stop: StopRequest) async -> Preparation? {
        let queues = configuration.workerQueues?.map {
            WorkerConfiguration.QueueSlots(queue: $0.queue, slots: $0.handlers)
        }
        let preparing = Task {
            try await Preparation.make(
                configured: queues, timezone: configuration.timezone, on: control, logger: logger)
        }
        stop.whenRequested { preparing.cancel() }
        do {
            return try await preparing.value
        } catch {
            if !stop.isRequested { logger.critical("cannot work with the database: \(error)") }
            return nil
        }
    }

    private func makeWorker(_ prepared: Preparation) throws -> Worker {
        let slots = runsAlone ? 1 : prepared.queues.reduce(0) { $0 + $1.slots }
        // One more than there are slots, so that a single handler can use two.
        let database = Pool(
            settings, maxConnections: min(Self.mostHandlerConnections, slots + 1), acquireTimeout: .seconds(30))
        let surroundings = Surroundings(configuration, zone: prepared.zone)
        var isolate: (@Sendable () async -> Void)?
        if !runsAlone { isolate = { [isolated] in await isolated.run() } }
        return Worker(
            configuration: WorkerConfiguration(
                name: ProcessIdentity.name, version: Version.text, queues: prepared.queues,
                lease: configuration.lease, pollInterval: configuration.pollInterval,
                drainTimeout: configuration.drainTimeout, runsAlone: runsAlone),
            handlers: try Handlers.all(surroundings), control: control, database: database,
            listen: runsAlone ? nil : settings, logger: logger,
            isolate: isolate)
    }
}
