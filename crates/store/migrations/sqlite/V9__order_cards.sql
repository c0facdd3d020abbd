-- Where the order cards are. What a card says, with its status, is in its entry, which shows another status once it is
-- settled; when it expires is a timer.

CREATE TABLE order_card (
    org TEXT    NOT NULL,
    id  INTEGER NOT NULL, -- the card's number in its organisation
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;
