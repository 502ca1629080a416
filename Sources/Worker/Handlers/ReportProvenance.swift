import Civil
import Domain
import Postgres
import Registry

extension ReportPackage {
    /// Where the figures come from: what was asked, of what, by which rules, and who stood for it.
    struct Provenance: Encodable {
        /// The inputs in the package.
        struct Inputs: Encodable {
            let snapshot: String
            /// Whether they give the very figures of the report; not where data were corrected before archiving.
            let match: Bool
        }

        /// One step of the report's life.
        struct Event: Encodable {
            let event: String
            let at: String
            let by: String
        }

        let plan: String
        let period: String
        let as_of: String
        let known_at: String?
        let target_basis: String
        let vintage: String
        let plan_version: Int?
        let rules: String
        let snapshot: String
        let inputs: Inputs
        let report: Int64
        let revision: Int
        let reason: String?
        let events: [Event]
    }

    /// The content of provenance/snapshot.json.
    var provenance: Provenance {
        var events = [
            Provenance.Event(event: "computed", at: snapshot.computedAt.description, by: snapshot.computedBy),
            Provenance.Event(event: "compiled", at: revision.compiledAt.description, by: revision.compiledBy),
        ]
        if let at = revision.approvedAt, let by = revision.approvedBy {
            events.append(Provenance.Event(event: "approved", at: at.description, by: by))
        }
        return Provenance(
            plan: snapshot.plan, period: snapshot.period.code, as_of: snapshot.asOf.description,
            known_at: snapshot.knownAt?.description, target_basis: snapshot.targetBasis, vintage: snapshot.vintage,
            plan_version: snapshot.planVersion, rules: snapshot.rules, snapshot: snapshot.hash,
            inputs: Provenance.Inputs(snapshot: inputsHash, match: inputsAreThoseOfSnapshot),
            report: revision.report, revision: revision.revision, reason: revision.reason, events: events)
    }

    /// The rules of the zone in which local dates were meant.
    struct ZoneRecord: Encodable {
        /// A change of the offset from UTC.
        struct Transition: Encodable {
            let at: String
            let offset_seconds: Int
        }

        let name: String
        let initial_offset_seconds: Int
        let transitions: [Transition]
    }

    /// The content of provenance/zone.json: the transitions up to the approval, later ones play no part.
    var zoneRecord: ZoneRecord {
        let last = revision.approvedAt ?? revision.compiledAt
        return ZoneRecord(
            name: zone.name, initial_offset_seconds: zone.initialOffset,
            transitions: zone.transitions.filter { $0.at <= last }.map {
                ZoneRecord.Transition(at: $0.at.description, offset_seconds: $0.offset)
            })
    }
}
