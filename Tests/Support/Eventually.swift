/// Waits until a condition holds; false where it does not in time.
///
/// ```swift
/// #expect(try await eventually { try await finished(job) })
/// ```
package func eventually(
    within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    var pause: Duration = .milliseconds(2)
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}
