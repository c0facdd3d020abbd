// Icons as strokes in the colour of the text.

const shapes = {
  attach: 'm20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.2 17.2a1.7 1.7 0 0 1-2.4-2.4L14.5 7.2',
  back: 'm15 5-7 7 7 7',
  chat: 'M21 11.5a8.4 8.4 0 0 1-12 7.6L3.5 20.5 5 15.4A8.4 8.4 0 1 1 21 11.5Z',
  check: 'm4 12.5 5 5L20 6.5',
  chevron: 'm9 5 7 7-7 7',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 2',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'm6 9 6 6 6-6',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  edit: 'M4 20h4L19 9l-4-4L4 16ZM13 7l4 4',
  failed: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v6M12 16.5v.1',
  file: 'M14 3H6v18h12V7ZM14 3v4h4',
  language: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  leave: 'M3 6h18v12H3ZM3 7l9 7 9-7',
  menu: 'M5.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0ZM12.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0ZM19.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0Z',
  out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0',
  pin: 'M12 21s7-6.5 7-11.5a7 7 0 1 0-14 0C5 14.5 12 21 12 21ZM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5',
  quote: 'M9 14 4 9l5-5M4 9h9a7 7 0 0 1 7 7v3',
  recall: 'M4 4v5h5M4.5 9A8.5 8.5 0 1 1 4 14',
  robot: 'M5 9h14v10H5ZM12 9V5M9.5 13.5v.1M14.5 13.5v.1M9.5 16.5h5M2.5 13v3M21.5 13v3',
  send: 'M4 12 20 4l-5 16-3.5-6.5ZM20 4l-8.5 9.5',
  shield: 'M12 3 5 6v6c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6Z',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.1M15 9.5v.1',
  sound: 'M4 10v4h4l5 4V6l-5 4ZM16.5 9a4.5 4.5 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11',
  star: 'm12 3.5 2.6 5.6 6.1.7-4.5 4.2 1.2 6L12 17l-5.4 3 1.2-6-4.5-4.2 6.1-.7Z',
  stop: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 9l6 6M15 9l-6 6',
} as const;

/** Names of all icons. */
export type IconName = keyof typeof shapes;

/** An icon; words stand beside it or in the name of its button. */
export function Icon({ name, fill = false }: { name: IconName; fill?: boolean }) {
  return (
    <svg class={fill ? 'icon filled' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
