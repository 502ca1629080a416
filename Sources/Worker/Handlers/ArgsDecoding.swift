import Foundation

extension KeyedDecodingContainer {
    /// A value written as text, read by a function; what it cannot read fails with the key's path.
    func decode<Value>(_ key: Key, reading read: (String) -> Value?, _ what: String) throws -> Value {
        let text = try decode(String.self, forKey: key)
        guard let value = read(text) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "is not \(what)")
        }
        return value
    }

    /// The same for a value that may be absent.
    func decodeIfPresent<Value>(_ key: Key, reading read: (String) -> Value?, _ what: String) throws -> Value? {
        guard try contains(key) && !decodeNil(forKey: key) else { return nil }
        return try decode(key, reading: read, what)
    }

    /// A whole number that may be absent. Foundation refuses 1.5 and numbers beyond 64 bits without saying where they
    /// stand; this says it.
    func decodeWholeIfPresent(_ key: Key) throws -> Int? {
        guard try contains(key) && !decodeNil(forKey: key) else { return nil }
        return try decodeWhole(key)
    }

    /// A whole number.
    func decodeWhole(_ key: Key) throws -> Int {
        guard contains(key) else { return try decode(Int.self, forKey: key) }
        do {
            return try decode(Int.self, forKey: key)
        } catch {
            throw DecodingError.typeMismatch(
                Int.self, DecodingError.Context(codingPath: codingPath + [key], debugDescription: "\(error)"))
        }
    }
}
