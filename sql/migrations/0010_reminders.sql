-- Reminders in depth: which attempt holds a notice and which journal knows of it, notices held for a person, quiet that
-- was asked for, courtesies that were declined. docs/domain.md §12 has the rules.

-- ---------------------------------------------------------------- the ledger

alter table rinda.notice
    -- The fencing token of the attempt that marked it SENDING last, and the journal in which that attempt writes what
    -- the mail server took: another attempt can only tell by the same journal.
    add column lease bigint,
    add column journal text,
    drop constraint notice_state_check,
    drop constraint notice_failure_has_reason,
    drop constraint notice_sent_has_digest,
    add constraint notice_state_check
        check (state in ('PLANNED', 'SENDING', 'SENT', 'FAILED', 'SUPPRESSED', 'BOUNCED', 'HELD')),
    add constraint notice_failure_has_reason
        check (state not in ('FAILED', 'SUPPRESSED', 'BOUNCED', 'HELD') or reason <> ''),
    -- Of what a person says was delivered there is no digest.
    add constraint notice_sent_has_digest
        check (state not in ('SENT', 'BOUNCED') or digest is not null or reason <> '');

comment on column rinda.notice.state is 'PLANNED, SENDING, SENT, FAILED, SUPPRESSED, BOUNCED, or HELD: nobody knows whether it was sent, and a person decides.';

alter table rinda.notice_event add column lease bigint;

-- What may follow what. SENDING again is a retry after a crash. SENT may come late, from the journal, after an attempt
-- died with the server's acceptance unrecorded; a notice that is held leaves that state by a person's word alone.
create or replace function rinda.check_notice() returns trigger
language plpgsql as $$
declare
    legal boolean;
begin
    if (old.id, old.obligation, old.step, old.role, old.due_version, old.message_id)
        is distinct from (new.id, new.obligation, new.step, new.role, new.due_version, new.message_id) then
        raise exception using errcode = 'check_violation', constraint = 'notice_identity_is_fixed', table = 'notice',
            message = format('notice %s: what it is about cannot change', old.id);
    end if;
    legal := case old.state
        when 'PLANNED' then new.state in ('PLANNED', 'SENDING', 'SUPPRESSED', 'HELD')
        when 'SENDING' then new.state in ('SENDING', 'SENT', 'FAILED', 'SUPPRESSED', 'HELD')
        when 'FAILED' then new.state in ('SENDING', 'SUPPRESSED', 'FAILED')
        when 'HELD' then new.state in ('HELD', 'SENDING', 'FAILED', 'SUPPRESSED')
        when 'SENT' then new.state = 'BOUNCED'
        else false end;
    if not legal then
        raise exception using errcode = 'check_violation', constraint = 'notice_follows_its_states', table = 'notice',
            message = format('notice %s cannot go from %s to %s', old.id, old.state, new.state);
    end if;
    new.changed_at := rinda.clock();
    return new;
end
$$;

create or replace function rinda.record_notice_event() returns trigger
language plpgsql as $$
begin
    insert into rinda.notice_event (notice, state, reason, lease) values (new.id, new.state, new.reason, new.lease);
    return null;
end
$$;

-- The few notices that somebody or something still has to do with.
create index notice_unsettled on rinda.notice (state, planned_for) where state in ('PLANNED', 'SENDING', 'FAILED', 'HELD');

-- ---------------------------------------------------------------- quiet and courtesies

-- Someone has talked to the unit: no reminders through a day. A later row for the unit takes the place of earlier ones,
-- a row whose day is over ends the quiet.
create table rinda.reminder_snooze (
    seq        bigint generated always as identity primary key,
    unit       rinda.code not null references rinda.unit,
    through    date not null,
    reason     text not null check (reason <> ''),
    snoozed_at timestamptz not null default rinda.clock(),
    snoozed_by name not null default session_user
);

create index reminder_snooze_unit on rinda.reminder_snooze (unit, seq);
create trigger reminder_snooze_append_only before update or delete or truncate on rinda.reminder_snooze
    for each statement execute function rinda.refuse_change();

-- Addresses that want no reminders before the last call (S1, S2). Lower case, since nobody's mailbox tells cases apart.
create table rinda.reminder_opt_out (
    email       text primary key check (email = lower(email) and email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
    reason      text not null check (reason <> ''),
    declined_at timestamptz not null default rinda.clock(),
    declined_by name not null default session_user
);

comment on table rinda.reminder_snooze is 'Quiet that was asked for, by unit; the last row of a unit holds; append-only.';
comment on table rinda.reminder_opt_out is 'Addresses that have declined the courtesies S1 and S2.';
