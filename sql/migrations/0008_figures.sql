-- What stands beside the figures: by which indicators a priority is judged, whom several units count, and what others
-- have published. Reference data: an import replaces a row under its key, and the audit trail keeps what it replaced.

-- The performance framework: indicators and key steps of a priority.
create table rinda.framework_entry (
    plan      rinda.code not null references rinda.plan,
    priority  rinda.code not null,
    indicator rinda.code not null references rinda.indicator,
    kind      text not null check (kind in ('FINANCIAL', 'OUTPUT', 'KIS', 'RESULT')),
    primary key (plan, priority, indicator)
);

-- Persons whom several units count and the region counts once; the units' own rows are never touched.
create table rinda.adjustment (
    plan      rinda.code not null references rinda.plan,
    indicator rinda.code not null references rinda.indicator,
    -- In which they were found; from its end on they count.
    period    rinda.period_code not null,
    delta     rinda.amount not null check (delta <= 0),
    reason    text not null check (reason <> ''),
    primary key (plan, indicator, period)
);

-- Figures published elsewhere that do not agree with the plan's.
create table rinda.contradiction (
    plan         rinda.code not null references rinda.plan,
    indicator    rinda.code not null references rinda.indicator,
    -- In the words of the source, which may be "more than 200".
    value        text not null check (value <> ''),
    source       text not null check (source <> ''),
    published_on date,
    note         text not null,
    primary key (plan, indicator, source, value)
);

-- The foreign keys' other side: what an indicator's removal would have to look for.
create index framework_entry_indicator on rinda.framework_entry (indicator);
create index adjustment_indicator on rinda.adjustment (indicator);
create index contradiction_indicator on rinda.contradiction (indicator);

comment on table rinda.framework_entry is 'By which indicators and key steps a priority of a plan is judged.';
comment on table rinda.adjustment is 'What is taken off the region''s figures for persons whom several units count.';
comment on table rinda.contradiction is 'Figures published elsewhere that do not agree with the plan''s.';
