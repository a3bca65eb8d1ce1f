// Scans a QR code with the camera. The server reads the code: frames go there as JPEG until one is read, then
// the form is filled in and sent.
"use strict";

const PAUSE_MS = 400;
// Wide enough for a code at arm's length, small enough to send.
const FRAME_WIDTH = 960;

const camera = document.querySelector("[data-camera]");
const video = camera.querySelector("video");
const status = camera.querySelector("[data-camera-status]");
const start = camera.querySelector("[data-camera-start]");
const stop = camera.querySelector("[data-camera-stop]");
let stream = null;

if (navigator.mediaDevices?.getUserMedia) camera.hidden = false;
start.addEventListener("click", open);
stop.addEventListener("click", () => { close(); start.focus(); });
document.querySelector("[data-scan]").addEventListener("click", () => { if (!camera.hidden && !stream) open(); });
window.addEventListener("pagehide", close);

async function open() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    status.textContent = status.dataset.refused;
    return;
  }
  video.srcObject = stream;
  video.hidden = stop.hidden = false;
  start.hidden = true;
  stop.focus();
  await video.play();
  status.textContent = status.dataset.looking;
  look();
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = video.srcObject = null;
  video.hidden = stop.hidden = true;
  start.hidden = false;
  status.textContent = "";
}

async function look() {
  while (stream) {
    try {
      const payload = await read(await frame());
      if (payload && stream) return pay(payload);
      status.textContent = status.dataset.looking;
    } catch {
      status.textContent = status.dataset.offline;
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}

function frame() {
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(FRAME_WIDTH, video.videoWidth);
  canvas.height = Math.round((video.videoHeight * canvas.width) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
}

// The text of the code in a picture; nothing when there is none to be read.
async function read(picture) {
  const response = await fetch(camera.dataset.frames, { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: picture });
  if (response.status === 204 || response.status === 422) return null;
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).payload;
}

function pay(payload) {
  close();
  const form = document.getElementById("pay");
  form.elements.payload.value = payload;
  form.elements.payee.value = "";
  form.submit();
}
