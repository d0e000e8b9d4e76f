-- preuve_attendue_depuis: an account's fault was told of messages that had been accepted, so acceptance proves nothing:
-- one call at a time, until one of after then arrives. reprise_le: when such a proof came, or a person resumed the lane;
-- what is told of earlier calls says nothing of its account now.
ALTER TABLE relances.voie
    ADD COLUMN preuve_attendue_depuis  timestamptz,
    ADD COLUMN reprise_le              timestamptz;

-- sans_essai: its account kept the message from arriving: the call counts for no attempt.
ALTER TABLE relances.tentative ADD COLUMN sans_essai boolean NOT NULL DEFAULT false;
