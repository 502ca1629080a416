-- Which rows follow from which inputs: after a correction only the parts of the units that it concerns are computed and
-- written; all others are found here by what they would be computed from.

create table rinda.snapshot_input (
    -- SHA-256 over everything that a unit's rows follow from (docs/domain.md §7).
    inputs bytea primary key check (octet_length(inputs) = 32),
    part   bytea not null references rinda.snapshot_part
);

create trigger snapshot_input_immutable before update or delete or truncate on rinda.snapshot_input
    for each statement execute function rinda.refuse_change();

comment on table rinda.snapshot_input is 'Which part of a snapshot follows from which inputs; append-only.';
