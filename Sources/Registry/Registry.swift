/// Domain's tables: import and export of data sets, loading what a question needs, and what the system itself keeps:
/// obligations, the ledger of notices, snapshots, reports, the record of archived packages.
///
/// What must be one act takes the caller's transaction; what only reads takes anything that can be queried.
package enum Registry {}
