import CLibPQ
import Foundation

/// The floor: the plainest queue that PostgreSQL and libpq allow, as the bar to measure by. Blocking, prepared, one
/// connection a process.
struct Floor {
    private let pg: OpaquePointer

    init(url: String) {
        pg = PQconnectdb(url)
        precondition(PQstatus(pg) == CONNECTION_OK, String(cString: PQerrorMessage(pg)))
    }

    func close() { PQfinish(pg) }

    static let table = """
        create table floor_job (
            id bigint generated always as identity primary key, state smallint not null default 0,
            priority smallint not null default 0, queue text not null, kind text not null,
            run_at timestamptz not null default now(), lease bigint, lease_until timestamptz, args jsonb not null);
        create index floor_ready on floor_job (priority, id) where state = 0;
        """

    private static let claim = """
        with picked as materialized (
            select id from floor_job where state = 0 order by priority, id limit $1 for update skip locked)
        update floor_job j set state = 1, lease = 1, lease_until = now() + interval '30 s'
          from picked where j.id = picked.id returning j.id, j.args
        """
    private static let complete = "delete from floor_job where id = any($1)"

    @discardableResult
    func run(_ sql: String) -> Int {
        let result = PQexec(pg, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        precondition(
            status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, String(cString: PQerrorMessage(pg)))
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    func prepare() {
        PQclear(PQprepare(pg, "claim", Self.claim, 1, nil))
        PQclear(PQprepare(pg, "complete", Self.complete, 1, nil))
    }

    /// Claims and completes until nothing is left; answers the number of jobs.
    func drain(batch: Int) -> Int {
        prepare()
        var done = 0
        while true {
            let ids = claimBatch(batch)
            if ids.isEmpty { return done }
            let list = "{" + ids.joined(separator: ",") + "}"
            list.withCString { value in
                var values: [UnsafePointer<CChar>?] = [value]
                PQclear(PQexecPrepared(pg, "complete", 1, &values, nil, nil, 0))
            }
            done += ids.count
        }
    }

    private func claimBatch(_ batch: Int) -> [String] {
        let result = "\(batch)".withCString { value in
            var values: [UnsafePointer<CChar>?] = [value]
            return PQexecPrepared(pg, "claim", 1, &values, nil, nil, 0)
        }
        defer { PQclear(result) }
        precondition(PQresultStatus(result) == PGRES_TUPLES_OK, String(cString: PQerrorMessage(pg)))
        return (0..<PQntuples(result)).map { String(cString: PQgetvalue(result, $0, 0)) }
    }

    /// Copies rows into the table by COPY BINARY.
    func copy(count: Int) {
        var bytes = [UInt8]("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
        func int16(_ value: Int) { withUnsafeBytes(of: Int16(value).bigEndian) { bytes.append(contentsOf: $0) } }
        func field(_ data: [UInt8]) {
            withUnsafeBytes(of: Int32(data.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: data)
        }
        let queue = Array("default".utf8)
        let kind = Array("noop".utf8)
        PQclear(PQexec(pg, "copy floor_job (queue, kind, args) from stdin (format binary)"))
        for number in 0..<count {
            int16(3)
            field(queue)
            field(kind)
            field([1] + Array("{\"n\": \(number)}".utf8))
            if bytes.count > 60_000 { send(&bytes) }
        }
        int16(-1)
        send(&bytes)
        PQputCopyEnd(pg, nil)
        while let result = PQgetResult(pg) {
            precondition(PQresultStatus(result) == PGRES_COMMAND_OK, String(cString: PQerrorMessage(pg)))
            PQclear(result)
        }
    }

    private func send(_ bytes: inout [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            _ = PQputCopyData(pg, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Listens, and for each notification claims what is there; calls back with each job's number.
    func listen(_ picked: (Int) -> Void) {
        prepare()
        run("listen floor")
        print("ready")
        fflush(nil)
        while true {
            var descriptor = pollfd(fd: PQsocket(pg), events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, -1)
            PQconsumeInput(pg)
            var heard = false
            while let note = PQnotifies(pg) {
                if String(cString: note.pointee.extra) == "stop" {
                    PQfreemem(note)
                    return
                }
                heard = true
                PQfreemem(note)
            }
            guard heard else { continue }
            let result = "10".withCString { value in
                var values: [UnsafePointer<CChar>?] = [value]
                return PQexecPrepared(pg, "claim", 1, &values, nil, nil, 0)
            }
            for row in 0..<PQntuples(result) {
                let text = String(cString: PQgetvalue(result, row, 1))
                picked(Int(text.filter(\.isNumber)) ?? 0)
            }
            PQclear(result)
        }
    }
}
