-- What was said about a submission that a municipality sent itself: why it changes what was said before, and which
-- findings it was answered with. Beside rinda.submission and not in it: imported ones have neither.

create table rinda.intake (
    submission bigint primary key references rinda.submission,
    -- Why it changes what was said before; given by who sent it.
    reason     text check (reason <> ''),
    -- The answer, as codes and values; its words are made anew in the language asked for.
    findings   json not null check (json_typeof(findings) = 'array')
);

create trigger intake_append_only before update or delete or truncate on rinda.intake
    for each statement execute function rinda.refuse_change();

comment on table rinda.intake is 'What a submission sent by a municipality was answered with, and its reason; append-only.';
