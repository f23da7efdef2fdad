-- By which number devices know each session that seats are held in.
-- owner: schedule, shared
create view seated_number as
    select edition_id, session_id, number from seating;
