-- `user` is a word of SQL that other databases keep for themselves.

ALTER TABLE participant RENAME COLUMN user TO user_uid;
ALTER TABLE attendant RENAME COLUMN user TO user_uid;
ALTER TABLE delivered RENAME COLUMN user TO user_uid;
ALTER TABLE read_position RENAME COLUMN user TO user_uid;
ALTER TABLE mqtt_session RENAME COLUMN user TO user_uid;
ALTER TABLE notice_reader RENAME COLUMN user TO user_uid;
ALTER TABLE notice_copy RENAME COLUMN user TO user_uid;
ALTER TABLE reaction RENAME COLUMN user TO user_uid;
ALTER TABLE mark RENAME COLUMN user TO user_uid;
ALTER TABLE ended_token RENAME COLUMN user TO user_uid;
