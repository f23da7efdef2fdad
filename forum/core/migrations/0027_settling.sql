-- Two organisers who settle one conflict at once: the second is told. Counts its settlements.
alter table scan_conflict add column revision integer not null default 0;
