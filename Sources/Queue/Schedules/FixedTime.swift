import Civil

/// The rule for expressions that are fixed to the wall clock of a zone.
enum FixedTime {
    /// The first tick strictly after an instant.
    ///
    /// Local times in rising order mean instants in rising order: a missing time means the end of its gap, a time that
    /// occurs twice its first occurrence. So the search walks local times and stops at the first later instant; within
    /// the second pass of a fold it walks over the times that have fired in the first.
    ///
    /// - Parameter nextLocal: the expression's first local time that is not before a given one.
    static func tick(
        after instant: Timestamp, zone: ZoneRules, _ nextLocal: (LocalDateTime) -> LocalDateTime?
    ) -> Tick? {
        var from = zone.local(at: instant).nextSecond
        while let local = nextLocal(from) {
            let resolution = zone.resolve(local)
            if resolution.instant > instant {
                return Tick(instant: resolution.instant, zone: zone, note: note(local, resolution, zone))
            }
            from = local.nextSecond
        }
        return nil
    }

    private static func note(_ local: LocalDateTime, _ resolution: ZoneRules.Resolution, _ zone: ZoneRules) -> String? {
        switch resolution {
        case .once:
            nil
        case .gap(let firstValid):
            "\(local.shortTime) does not exist on \(local.date): clocks go forward; "
                + "fires at the first valid time, \(zone.local(at: firstValid).shortTime)"
        case .fold:
            "\(local.shortTime) occurs twice on \(local.date): clocks go back; fires at its first occurrence"
        }
    }
}

/// The rule for expressions that follow UTC: each beat is a tick, whatever the wall clock does.
enum UTCTime {
    /// The tick at an instant, with a note where the wall clock repeats or jumps.
    static func tick(at instant: Timestamp, after previous: Timestamp, zone: ZoneRules) -> Tick {
        Tick(instant: instant, zone: zone, note: note(instant, previous, zone))
    }

    private static func note(_ instant: Timestamp, _ previous: Timestamp, _ zone: ZoneRules) -> String? {
        let local = zone.local(at: instant)
        if case .fold(let first, _) = zone.resolve(local) {
            let pass = instant == first ? "first" : "second"
            return "\(local.shortTime) occurs twice on \(local.date): clocks go back; this is its \(pass) occurrence"
        }
        // A jump is worth a word only where it lies between two beats, not between distant dates.
        guard instant.duration(since: previous) <= .seconds(86_400) else { return nil }
        let jump = zone.offset(at: instant) - zone.offset(at: previous)
        return jump > 0 ? "clocks have gone forward by \(jump / 60) minutes since the tick before" : nil
    }
}
