// The emoji that are offered.

/** Each of these is one code point. */
const signs = (text: string) => Array.from(text);

/** Emoji by group; every group has three rows of eight. */
export const emoji = {
  smileys: signs('😀😄😁😆😅😂🙂😉😊😍😘😋😎🤔😐🙄😴😭😢😡😱🥳🤝🙏'),
  gestures: signs('👍👎👌👏🙌💪👋👉👈👇👆🤞💯🔥🎉🎁💖💔🌹🍀🌟☕🎂🍎'),
  things: signs('📦🚚🛒💰💳🧾📱💻📷📎📝📅⏰📍🏠🔑🔒🔔📢💡🔧✅❌❓'),
} as const;

/** Emoji in one row of the picker. */
export const COLUMNS = 8;
