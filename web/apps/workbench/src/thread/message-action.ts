// What can be done with a message of the log.

/** `drop` takes back what was not sent. */
export type MessageAction = 'quote' | 'edit' | 'recall' | 'copy' | 'retry' | 'drop';
