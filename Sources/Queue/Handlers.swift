import Foundation
import Postgres

/// The kinds that a process can run, each with its handler.
package struct Handlers: Sendable {
    /// Runs one attempt: decodes the arguments and calls the handler.
    typealias Run = @Sendable (JobContext) async throws -> Outcome

    /// One for all: it holds no state of a decoding.
    private static let decoder = JSONDecoder()

    private var runs: [String: Run] = [:]

    /// No kinds yet.
    package init() {}

    /// The kinds, in order.
    package var kinds: [String] { runs.keys.sorted() }

    /// Registers what runs a kind. The handler returns what happened; a thrown error is a failed attempt.
    ///
    /// - Parameters:
    ///   - kind: the kind's name in the catalogue.
    ///   - args: the type its arguments decode to; arguments that do not are never retried.
    ///   - run: called once an attempt, on an executor of its own, so that a handler that blocks holds up no heartbeat.
    package mutating func on<Args: Decodable & Sendable>(
        _ kind: String, args: Args.Type,
        run: @escaping @Sendable (Args, JobContext) async throws -> Outcome
    ) {
        runs[kind] = { context in
            let decoded: Args
            do {
                decoded = try Self.decoder.decode(Args.self, from: Data(context.job.args.text.utf8))
            } catch let error as DecodingError {
                throw UndecodableArgs(error)
            }
            return try await run(decoded, context)
        }
    }

    /// What runs a kind, or nil where this process does not know it.
    func run(for kind: String) -> Run? { runs[kind] }
}

/// Arguments that do not fit their kind, with the path at which they fail.
struct UndecodableArgs: Error, CustomStringConvertible {
    let description: String

    init(_ error: DecodingError) {
        let (context, words): (DecodingError.Context, String) =
            switch error {
            case .typeMismatch(let type, let context): (context, "is not \(Self.name(type))")
            case .valueNotFound(let type, let context): (context, "is missing where \(Self.name(type)) is needed")
            case .keyNotFound(let key, let context):
                (
                    DecodingError.Context(codingPath: context.codingPath + [key], debugDescription: ""), "is missing"
                )
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "cannot be decoded")
            }
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        description = "args: \(path.isEmpty ? "the whole" : path) \(words)"
    }

    private static func name(_ type: Any.Type) -> String {
        switch type {
        case is Int.Type, is Int64.Type, is Int32.Type: "a whole number"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        case is String.Type: "a text"
        default: "\(type)".hasPrefix("Dictionary") ? "an object" : "\(type)"
        }
    }
}
