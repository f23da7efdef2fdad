-- What devices hold of the tickets: the salt of an edition, and by which transaction rows were last
-- changed, so that a device that was here before is sent what changed since.

-- owner: badges
create table manifest_salt (
    edition_id integer not null primary key,
    salt       text not null
);

-- When a device last took a list in clear, of everybody or of who is in the house.
alter table device
    add column people_taken_at  timestamptz,
    add column present_taken_at timestamptz;

-- owner: forum, shared
create view attendee_change as
    select edition_id, id, xmin as changed_by from registration;

-- Seats in sessions as they are held or not (any more), whether or not the session is still open.
-- owner: schedule, shared
create view seat_change as
    select u.edition_id, u.registration_id, s.number, u.state = 'seat' as held,
           u.xmin as changed_by
      from sign_up u
      join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id;
