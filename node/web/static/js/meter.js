// How loud a microphone is, for the person who speaks into it.

const TICK_MS = 50;
/** Root mean square that counts as speech, 0 … 1. */
export const SPEECH = 0.02;

/** @type {AudioContext|null} */
let shared = null;

/** Browsers start audio only after a gesture; the first one wakes the meter. */
function context() {
  if (!shared) {
    const made = new AudioContext();
    shared = made;
    const wake = () => void made.resume().catch(() => {});
    for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, wake, { passive: true });
    wake();
  }
  return shared;
}

/**
 * @param {MediaStreamTrack} track audio
 * @param {(loudness: number) => void} tell root mean square, 0 … 1, twenty times a second
 * @returns {() => void} stop
 */
export function meter(track, tell) {
  const audio = context();
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    tell(Math.sqrt(sum / samples.length));
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
    tell(0);
  };
}

/** @param {number} rms 0 … 1 @returns {number} 0 … 1 on a scale that looks like loudness (−60 … −6 dB) */
export function bar(rms) {
  return Math.max(0, Math.min(1, (20 * Math.log10(Math.max(rms, 1e-6)) + 60) / 54));
}
