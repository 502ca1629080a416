/// A type of PostgreSQL by its object identifier, which is fixed for the built-in ones.
package struct PostgresType: Hashable, Sendable {
    /// The object identifier in `pg_type`.
    package let oid: UInt32

    /// The type of an object identifier.
    package init(oid: UInt32) {
        self.oid = oid
    }

    /// `boolean`
    package static let bool = PostgresType(oid: 16)
    /// `bytea`
    package static let bytea = PostgresType(oid: 17)
    /// `"char"`, one byte
    package static let char = PostgresType(oid: 18)
    /// `name`
    package static let name = PostgresType(oid: 19)
    /// `bigint`
    package static let int8 = PostgresType(oid: 20)
    /// `smallint`
    package static let int2 = PostgresType(oid: 21)
    /// `integer`
    package static let int4 = PostgresType(oid: 23)
    /// `text`
    package static let text = PostgresType(oid: 25)
    /// `oid`, unsigned
    package static let oidType = PostgresType(oid: 26)
    /// `json`
    package static let json = PostgresType(oid: 114)
    /// `xml`
    package static let xml = PostgresType(oid: 142)
    /// `real`
    package static let float4 = PostgresType(oid: 700)
    /// `double precision`
    package static let float8 = PostgresType(oid: 701)
    /// A literal whose type nobody has decided.
    package static let unknown = PostgresType(oid: 705)
    /// `character(n)`
    package static let bpchar = PostgresType(oid: 1042)
    /// `character varying`
    package static let varchar = PostgresType(oid: 1043)
    /// `date`
    package static let date = PostgresType(oid: 1082)
    /// `timestamp without time zone`
    package static let timestamp = PostgresType(oid: 1114)
    /// `timestamp with time zone`
    package static let timestamptz = PostgresType(oid: 1184)
    /// `interval`
    package static let interval = PostgresType(oid: 1186)
    /// `numeric`
    package static let numeric = PostgresType(oid: 1700)
    /// `uuid`
    package static let uuid = PostgresType(oid: 2950)
    /// `jsonb`
    package static let jsonb = PostgresType(oid: 3802)
    /// `xid8`
    package static let xid8 = PostgresType(oid: 5069)

    /// `boolean[]`
    package static let boolArray = PostgresType(oid: 1000)
    /// `bytea[]`
    package static let byteaArray = PostgresType(oid: 1001)
    /// `smallint[]`
    package static let int2Array = PostgresType(oid: 1005)
    /// `integer[]`
    package static let int4Array = PostgresType(oid: 1007)
    /// `text[]`
    package static let textArray = PostgresType(oid: 1009)
    /// `bigint[]`
    package static let int8Array = PostgresType(oid: 1016)
    /// `double precision[]`
    package static let float8Array = PostgresType(oid: 1022)
    /// `timestamp without time zone[]`
    package static let timestampArray = PostgresType(oid: 1115)
    /// `date[]`
    package static let dateArray = PostgresType(oid: 1182)
    /// `timestamp with time zone[]`
    package static let timestamptzArray = PostgresType(oid: 1185)
    /// `interval[]`
    package static let intervalArray = PostgresType(oid: 1187)
    /// `numeric[]`
    package static let numericArray = PostgresType(oid: 1231)
    /// `uuid[]`
    package static let uuidArray = PostgresType(oid: 2951)
    /// `jsonb[]`
    package static let jsonbArray = PostgresType(oid: 3807)

    /// Whether the type was created in this database (an enum, say): its identifier tells nothing about its form.
    package var isUserDefined: Bool { oid >= 16_384 }
}

extension PostgresType: CustomStringConvertible {
    package var description: String {
        Self.names[oid] ?? "type \(oid)"
    }

    private static let names: [UInt32: String] = [
        16: "boolean", 17: "bytea", 18: "\"char\"", 19: "name", 20: "bigint", 21: "smallint", 23: "integer",
        25: "text", 26: "oid", 114: "json", 142: "xml", 700: "real", 701: "double precision", 705: "unknown",
        1000: "boolean[]", 1001: "bytea[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]", 1016: "bigint[]",
        1022: "double precision[]", 1042: "character", 1043: "character varying", 1082: "date", 1083: "time",
        1114: "timestamp", 1115: "timestamp[]", 1182: "date[]", 1184: "timestamptz", 1185: "timestamptz[]",
        1186: "interval", 1187: "interval[]", 1231: "numeric[]", 1700: "numeric", 2278: "void", 2950: "uuid",
        2951: "uuid[]", 3802: "jsonb", 3807: "jsonb[]", 5069: "xid8",
    ]
}
