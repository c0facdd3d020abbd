// The emoji that are offered.

/** Emoji by group; every group has three rows of eight. */
export const emoji = {
  smileys: [...'😀😄😁😆😅😂🙂😉😊😍😘😋😎🤔😐🙄😴😭😢😡😱🥳🤝🙏'],
  gestures: [...'👍👎👌👏🙌💪👋👉👈👇👆🤞💯🔥🎉🎁💖💔🌹🍀🌟☕🎂🍎'],
  things: [...'📦🚚🛒💰💳🧾📱💻📷📎📝📅⏰📍🏠🔑🔒🔔📢💡🔧✅❌❓'],
} as const;

/** Emoji in one row of the picker. */
export const COLUMNS = 8;
