// What somebody does with a conversation.

/** `work` is to talk to the visitor; who `watch`es or `review`s is not seen, and writes notes only. */
export type ThreadMode = 'work' | 'watch' | 'review';
