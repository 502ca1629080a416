import Domain
import Foundation
import Postgres
import Queue
import Registry

/// Runs a handler's work and gives the job up where it meets a refusal that no further attempt can mend: a plan that there
/// is none of, an act that does not fit the state of things.
func givingUpOnRefusals(_ body: () async throws -> Outcome) async throws -> Outcome {
    do {
        return try await body()
    } catch let error as DomainError {
        return .discard(reason: error.message)
    } catch let error as RegistryError where error.isFinal {
        return .discard(reason: error.message)
    }
}

extension RegistryError {
    /// Whether the same act is refused again however often it is tried.
    fileprivate var isFinal: Bool {
        switch code {
        case .unknown, .wrongState, .conflict, .secondPersonNeeded, .faultyDataSet: true
        case .unusableFolder, .unreadableRow: false
        }
    }
}

extension JSON {
    /// A value as JSON, with keys in order and slashes as they are.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
