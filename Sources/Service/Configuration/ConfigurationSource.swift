import Configuration
import FoundationEssentials

/// Where the values come from: the environment, which wins, and a YAML file.
///
/// `worker.drainTimeout` is `RINDA_WORKER_DRAIN_TIMEOUT` in the environment. An empty value counts as not set.
struct ConfigurationSource {
    /// A value and where it was found.
    struct Found: Hashable {
        let text: String
        /// `RINDA_WORKER_LEASE` or `worker.lease in /etc/rinda.yaml`.
        let origin: String
    }

    private let environment: any ConfigSnapshot
    private let file: (snapshot: YAMLSnapshot, path: String)?

    /// - Parameter environment: the variables, among them perhaps `RINDA_CONFIG`, the file's path.
    /// - Throws: where a file is named and cannot be read.
    init(environment: [String: String]) throws(ConfigurationError) {
        self.environment = EnvironmentVariablesProvider(environmentVariables: environment).snapshot()
        guard let path = environment["RINDA_CONFIG"], !path.isEmpty else {
            file = nil
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError([
                .init(
                    .unreadable, key: "",
                    "the file \(path), which RINDA_CONFIG names, cannot be read; name one that can, or unset RINDA_CONFIG"
                )
            ])
        }
        do {
            file = (try YAMLSnapshot(data: data.bytes, providerName: path, parsingOptions: .default), path)
        } catch {
            throw ConfigurationError([
                .init(.unreadable, key: "", "the file \(path) is not a YAML mapping of keys to values: \(error)")
            ])
        }
    }

    /// The value of a key, or nil where it is not set.
    ///
    /// - Throws: where the file has something at the key that is neither a value nor a list of values.
    func value(_ key: String) throws(ConfigurationError) -> Found? {
        let components = key.split(separator: ".").map(String.init)
        if let text = try? environment.value(forKey: AbsoluteConfigKey(["rinda"] + components), type: .string).value,
            case .string(let text) = text.content, !text.isEmpty
        {
            return Found(text: text, origin: Self.variable(key))
        }
        guard let file else { return nil }
        let origin = "\(key) in \(file.path)"
        do {
            guard let value = try file.snapshot.value(forKey: AbsoluteConfigKey(components), type: .string).value,
                case .string(let text) = value.content, !text.isEmpty, text != "null", text != "~"
            else { return nil }
            return Found(text: text, origin: origin)
        } catch {
            // A list is as good as its values with commas between.
            if let list = try? file.snapshot.value(forKey: AbsoluteConfigKey(components), type: .stringArray).value,
                case .stringArray(let values) = list.content
            {
                return Found(text: values.joined(separator: ","), origin: origin)
            }
            throw ConfigurationError([.init(.invalid, key: key, "\(origin) is not a single value")])
        }
    }

    /// The environment variable of a key.
    static func variable(_ key: String) -> String {
        var name = "RINDA_"
        for character in key {
            if character == "." {
                name.append("_")
            } else {
                if character.isUppercase { name.append("_") }
                name.append(contentsOf: character.uppercased())
            }
        }
        return name
    }
}
