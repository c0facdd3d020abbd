// The sound of a message that comes while nobody looks.

/** A short soft tone of two notes; silent where the browser has not been touched yet. */
export function ring(): void {
  const context = new AudioContext();
  const now = context.currentTime;
  [659, 880].forEach((frequency, index) => {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const start = now + index * 0.12;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.4);
  });
  setTimeout(() => void context.close(), 1000);
}
