import Civil

/// Follows units to the units of a later map (`docs/domain.md` §6).
struct LaterMap {
    let date: LocalDate
    let units: [UnitFrame]

    /// Which units have taken over a unit between a day and the map's date, with their shares of it; nil where it is
    /// still itself.
    func heirs(of unit: Int, after day: LocalDate) -> [Int: Rational]? {
        let edges = units[unit].successors.filter { day < $0.effectiveOn && $0.effectiveOn <= date }
        if edges.isEmpty { return nil }
        var heirs: [Int: Rational] = [:]
        for edge in edges {
            for (heir, share) in self.heirs(of: edge.unit, after: day) ?? [edge.unit: .one] {
                heirs[heir, default: .zero] += edge.share * share
            }
        }
        return heirs
    }

    /// Refuses the map where a unit to be shown began later, as the successor of others: figures cannot be split back.
    func check(_ unit: Int) throws(DomainError) {
        let frame = units[unit]
        guard !frame.predecessors.isEmpty, let begins = frame.begins, date < begins else { return }
        throw DomainError(
            .impossibleVintage,
            "The map of \(date) cannot be used: unit \(frame.code) began on \(begins) as the successor of others, "
                + "and its figures cannot be split back; choose \(begins) or later.",
            context: ["vintage": date.description, "unit": frame.code])
    }
}
