// The title of a page with the number of messages that nobody has looked at.

/** The title with the number of unread messages in front, or without it. */
export function titleWith(title: string, unread: number): string {
  const plain = title.replace(/^\(\d+\+?\) /, '');
  return unread === 0 ? plain : `(${unread > 99 ? '99+' : unread}) ${plain}`;
}
