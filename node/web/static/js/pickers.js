// Choosing microphone, camera and loudspeaker, and the words for one that does not work.

import { h, icon } from './dom.js';
import { Devices, browserFamily } from './devices.js';
import { onLanguage, t } from './i18n.js';

const PICKERS = /** @type {const} */ ([
  ['microphone', 'audioinput', 'mic'],
  ['camera', 'videoinput', 'camera'],
  ['speaker', 'audiooutput', 'sound'],
]);

let made = 0;

/**
 * Three lists, kept up to date.
 * @param {HTMLElement} holder
 * @param {Devices} devices
 */
export function pickers(holder, devices) {
  made += 1;
  const suffix = made;
  const draw = () => {
    if (holder.contains(document.activeElement)) return;
    holder.replaceChildren(...PICKERS.filter(([what]) => what !== 'speaker' || Devices.speakerChoice).map(([what, kind, symbol]) => {
      const id = `pick-${what}-${suffix}`;
      const found = devices.list.filter((device) => device.kind === kind && device.deviceId);
      const current = what === 'speaker' ? devices.chosen.speaker : (devices[what]?.getSettings().deviceId ?? devices.chosen[what]);
      const options = found.map((device, index) => h('option',
        { value: device.deviceId, selected: device.deviceId === current },
        device.label || t(`devices.${what}_n`, { n: index + 1 })));
      const select = h('select', { id, disabled: options.length === 0,
        onchange: (/** @type {Event} */ event) => void devices.choose(what, /** @type {HTMLSelectElement} */ (event.target).value) },
        ...(options.length ? options : [h('option', {}, t('devices.none'))]));
      return h('div', { class: 'picker' }, h('label', { for: id }, icon(symbol), h('span', {}, t(`devices.${what}`))), select);
    }), noise(devices));
  };
  devices.addEventListener('change', draw);
  holder.addEventListener('focusout', () => setTimeout(draw));
  onLanguage(draw);
  draw();
}

/** @param {Devices} devices */
function noise(devices) {
  const box = h('input', { type: 'checkbox', onchange: () => void devices.suppressNoise(box.checked) });
  box.checked = devices.noise;
  return h('label', { class: 'switch' }, box, h('span', {}, t('devices.noise')));
}

/**
 * How loud everybody is.
 * @param {HTMLElement} holder
 * @param {import('./sound.js').Sound} sound
 * @param {AbortSignal} signal
 */
export function volume(holder, sound, signal) {
  const slider = h('input', { type: 'range', id: 'volume-overall', min: 0, max: 100, step: 5, value: Math.round(sound.overall * 100) });
  const says = h('output', { 'aria-hidden': 'true' });
  const draw = () => {
    const text = `${slider.value} %`;
    says.textContent = text;
    slider.setAttribute('aria-valuetext', text);
    holder.replaceChildren(h('label', { for: 'volume-overall' }, icon('sound'), h('span', {}, t('volume.overall'))), slider, says);
  };
  slider.addEventListener('input', () => {
    sound.overall = Number(slider.value) / 100;
    says.textContent = `${slider.value} %`;
    slider.setAttribute('aria-valuetext', `${slider.value} %`);
  });
  onLanguage(draw, signal);
  draw();
}

/**
 * What does not work, and what to do.
 * @param {HTMLElement} holder
 * @param {Devices} devices
 */
export function troubles(holder, devices) {
  const draw = () => {
    const { microphone, camera } = devices.trouble;
    const told = devices.asking ? [] : microphone && microphone === camera
      ? [trouble('both', microphone)]
      : [microphone ? trouble('microphone', microphone) : null, camera ? trouble('camera', camera) : null];
    const shown = told.filter((node) => node !== null);
    if (shown.map((node) => node.textContent).join() !== holder.textContent) holder.replaceChildren(...shown);
  };
  devices.addEventListener('change', draw);
  onLanguage(draw);
  draw();
}

/** @param {"both"|"microphone"|"camera"} which @param {import('./devices.js').Trouble} why */
function trouble(which, why) {
  const help = why === 'denied' ? t(`trouble.denied.${browserFamily()}`) : t(`trouble.${why}.help`);
  return h('div', { class: 'trouble-note' }, icon('warning'),
    h('p', {}, h('strong', {}, t(`trouble.${why}.${which}`)), ' ', help));
}
