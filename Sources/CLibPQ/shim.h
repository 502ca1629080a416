#include <libpq-fe.h>
#include <stddef.h>

/*
 * Cancelling, whatever the libpq. From version 17 on a cancel request travels as its connection does, encrypted;
 * before, PQcancel is all there is. Both block, so they are called on a thread of their own.
 * The switch is made here because Swift does not see a newer libpq's macros.
 */
#ifdef LIBPQ_HAS_ASYNC_CANCEL
typedef PGcancelConn clibpq_cancel;
static inline clibpq_cancel *clibpq_cancel_open(PGconn *connection) { return PQcancelCreate(connection); }
static inline int clibpq_cancel_send(clibpq_cancel *cancel) { return PQcancelBlocking(cancel); }
static inline void clibpq_cancel_close(clibpq_cancel *cancel) { PQcancelFinish(cancel); }
#else
typedef PGcancel clibpq_cancel;
static inline clibpq_cancel *clibpq_cancel_open(PGconn *connection) { return PQgetCancel(connection); }
static inline int clibpq_cancel_send(clibpq_cancel *cancel)
{
    char reason[256];
    return PQcancel(cancel, reason, sizeof reason);
}
static inline void clibpq_cancel_close(clibpq_cancel *cancel) { PQfreeCancel(cancel); }
#endif

/* A notice receiver that keeps libpq from printing the server's notices on standard error. */
static inline void clibpq_ignore_notice(void *context, const PGresult *notice)
{
    (void) context;
    (void) notice;
}
static inline void clibpq_ignore_notices(PGconn *connection)
{
    PQsetNoticeReceiver(connection, clibpq_ignore_notice, NULL);
}
