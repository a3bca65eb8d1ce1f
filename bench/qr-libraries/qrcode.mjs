// Draws payloads as PNG with npm's qrcode, one after the other, and says how many a second.
import { readFileSync } from 'node:fs';
import QRCode from 'qrcode';

const { payloads, seconds } = JSON.parse(readFileSync(0, 'utf8'));
const options = { type: 'png', errorCorrectionLevel: 'M', margin: 4, scale: 8 };
const began = performance.now();
let done = 0;
while (performance.now() - began < seconds * 1000) {
    for (const payload of payloads) await QRCode.toBuffer(payload, options);
    done += payloads.length;
}
console.log(Math.floor((done * 1000) / (performance.now() - began)));
