// Two short notes when the till turns green, for whoever is not looking at it. Browsers let a page sound only after it
// was touched; where it may not, the till stays silent and green all the same.
"use strict";

const face = document.getElementById("face");
const isPaid = () => Boolean(face.querySelector("[data-paid]"));
let rung = isPaid();

if (face) new MutationObserver(() => {
  if (rung || !isPaid()) return;
  rung = true;
  ring();
}).observe(face, { childList: true, subtree: true, attributes: true });

function ring() {
  try {
    const audio = new AudioContext();
    [659.25, 987.77].forEach((pitch, index) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const start = audio.currentTime + index * 0.16;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.4);
    });
  } catch {
    // No sound here.
  }
}
