/*
 * Claim, renew, rescue, settle and cancel of the job engine, as its SQL does them: batch leases, sessions that expire,
 * and the gate. README.md beside this file says which function each step stands for.
 *
 * A step of the model is what the database does in one atomic piece; between any two steps of a process anything else
 * may happen, which is also how a paused process (SIGSTOP) or a slow network looks from outside. Settles are sent
 * twice at will, as after a lost answer.
 *
 * NO_FENCE: settle goes by the job's id alone.       The search must find a write after loss.
 * NO_GATE_PASS: cancel does not pass the gate.        The search must find a cancelled job that runs.
 */

#define WORKERS 2
#define JOBS 2
#define LEASES 4        /* leases are numbered from 1; the search ends when they are used up */

/* Job states */
#define WAITING 0
#define DONE 1
#define CANCELLED 2

byte job[JOBS];             /* WAITING also while it runs: running is "stands in a claim" */
bool row_locked[JOBS];      /* a canceller has locked the job's row */

bool claim_stands[LEASES + 1];
byte claim_holder[LEASES + 1];
bool claim_has_0[LEASES + 1];
bool claim_has_1[LEASES + 1];
bool session_alive[LEASES + 1]; /* one session a lease is the hardest case: each may expire on its own */

byte last_lease = 0;
bool gate = false;          /* held */

byte completions[JOBS];     /* accepted writes that complete the job */
bool wrote_after_loss = false;
bool ran_cancelled = false;

#define has(l, j) ((j == 0 && claim_has_0[l]) || (j == 1 && claim_has_1[l]))
#define held(j) ((claim_stands[1] && has(1, j)) || (claim_stands[2] && has(2, j)) || \
                 (claim_stands[3] && has(3, j)) || (claim_stands[4] && has(4, j)))
#define holders(j) ((claim_stands[1] && has(1, j)) + (claim_stands[2] && has(2, j)) + \
                    (claim_stands[3] && has(3, j)) + (claim_stands[4] && has(4, j)))

/* rinda.complete: fenced by rinda.held unless switched off. */
inline settle(l, j) {
    atomic {
#ifdef NO_FENCE
        if
        :: job[j] == WAITING ->
            if
            :: !(claim_stands[l] && has(l, j)) -> wrote_after_loss = true
            :: else -> skip
            fi;
            job[j] = DONE; completions[j]++
        :: else -> skip
        fi
#else
        if
        :: claim_stands[l] && session_alive[l] && has(l, j) && job[j] == WAITING ->
            job[j] = DONE; completions[j]++;
            if
            :: j == 0 -> claim_has_0[l] = false
            :: else -> claim_has_1[l] = false
            fi
        :: else -> skip         /* stale: refused */
        fi
#endif
    }
}

proctype Worker(byte me) {
    byte mine = 0;
    bool take0, take1;
    do
    :: last_lease < LEASES ->
        /* rinda.claim, first part: the gate, then the snapshot. */
        atomic { !gate -> gate = true }
        atomic {
            take0 = (job[0] == WAITING && !row_locked[0] && !held(0));
            take1 = (job[1] == WAITING && !row_locked[1] && !held(1))
        }
        /* Its second part: the claim's row and the commit, which frees the gate. */
        atomic {
            if
            :: (take0 || take1) && last_lease < LEASES ->
                last_lease++;
                mine = last_lease;
                claim_stands[mine] = true;
                claim_holder[mine] = me;
                claim_has_0[mine] = take0;
                claim_has_1[mine] = take1;
                session_alive[mine] = true
            :: else -> mine = 0
            fi;
            gate = false
        }
        if
        :: mine != 0 ->
            /* Each job is settled, once or twice, or not at all; the session may die at any point in between. */
            if
            :: take0 -> settle(mine, 0)
            :: take0 -> settle(mine, 0); settle(mine, 0)
            :: true -> skip
            fi;
            if
            :: take1 -> settle(mine, 1)
            :: take1 -> settle(mine, 1); settle(mine, 1)
            :: true -> skip
            fi;
            /* A late duplicate after everything else. */
            if
            :: take0 -> settle(mine, 0)
            :: true -> skip
            fi
        :: else -> skip
        fi
    :: break
    od
}

/* Time: any session may expire at any moment. A renewed one simply has not expired yet. */
proctype Clock() {
    byte l;
    do
    :: l = 1; atomic { claim_stands[1] && session_alive[1] -> session_alive[1] = false }
    :: l = 2; atomic { claim_stands[2] && session_alive[2] -> session_alive[2] = false }
    :: l = 3; atomic { claim_stands[3] && session_alive[3] -> session_alive[3] = false }
    :: break
    od
}

/* rinda.rescue: one statement; deletes the claims of expired sessions. */
proctype Rescuer() {
    byte l;
    do
    :: atomic {
        select(l : 1 .. LEASES);
        if
        :: claim_stands[l] && !session_alive[l] ->
            claim_stands[l] = false; claim_has_0[l] = false; claim_has_1[l] = false
        :: else -> skip
        fi
       }
    :: break
    od
}

/* rinda.cancel of job 0: lock the row, pass the gate, look, delete, commit. */
proctype Canceller() {
    bool waiting;
    atomic { (job[0] == WAITING && !row_locked[0]) -> row_locked[0] = true }
#ifndef NO_GATE_PASS
    !gate;          /* rinda.pass_gate: waits for the claim that is under way, keeps nothing */
#endif
    waiting = !held(0) && job[0] == WAITING;
    atomic {
        if
        :: waiting && job[0] == WAITING -> job[0] = CANCELLED
        :: else -> skip     /* running: only marked */
        fi;
        row_locked[0] = false
    }
}

init {
    atomic {
        run Worker(0);
        run Worker(1);
        run Clock();
        run Rescuer();
        run Canceller()
    }
}

/* No two live holders; completed at most once; no write after loss; what was cancelled while waiting never runs. */
#define two_holders (holders(0) > 1 || holders(1) > 1)
#define twice (completions[0] > 1 || completions[1] > 1)
#define cancelled_runs (job[0] == CANCELLED && held(0))

never {
    do
    :: assert(!two_holders && !twice && !wrote_after_loss && !cancelled_runs)
    od
}
