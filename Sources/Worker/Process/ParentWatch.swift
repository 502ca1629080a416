import Foundation

/// Tells a process that runs a job alone that the worker which started it is gone.
enum ParentWatch {
    /// Calls the body once standard input has ended: the worker holds the other end, and the kernel closes it with it.
    static func begin(_ gone: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                if count == 0 || (count == -1 && errno != EINTR) { break }
            }
            gone()
        }
        thread.name = "parent"
        thread.start()
    }
}
