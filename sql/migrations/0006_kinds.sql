-- The kinds of job that come with the system. What stands here is the starting point; an administrator may change a
-- row, and no later migration overwrites it.

insert into rinda.kind (kind, queue, priority, max_attempts, timeout_seconds, backoff_base_seconds, backoff_factor,
                        backoff_cap_seconds, description)
values
    ('diagnostic', 'default', 0, 5, 900, 0.5, 2, 2,
     'Proves that the system works: sleeps, fails, crashes, writes an effect as told.'),
    ('obligations.generate', 'monitoring', 0, 10, 600, 5, 2, 900,
     'Opens a period: who owes which form by when.'),
    ('snapshot.compute', 'monitoring', 0, 5, 1800, 5, 2, 900,
     'Computes the attainment of a plan at a date as an immutable snapshot.'),
    ('reminders.evaluate', 'monitoring', 0, 10, 600, 5, 2, 900,
     'Decides which notices are due on a date.'),
    ('notice.send', 'mail', 0, 12, 300, 10, 3, 14400,
     'Sends one notice by SMTP; stop conditions are asked again before.'),
    ('report.compile', 'reports', 0, 5, 1800, 10, 2, 900,
     'Binds a report revision to a snapshot and renders it.'),
    ('report.archive', 'reports', 0, 10, 3600, 10, 2, 3600,
     'Packs, checks and stores a finished report for good.'),
    ('archive.audit', 'reports', 10, 5, 7200, 60, 2, 3600,
     'Re-reads an archived package and compares its digests.');
