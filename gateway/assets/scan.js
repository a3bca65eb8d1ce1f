// Shows the camera and sends a small picture every 400 ms until the server has read a code from one.
"use strict";

const place = document.querySelector("[data-scan]");
if (place && navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
  const button = place.querySelector("[data-scan-start]");
  const video = place.querySelector("video");
  const field = document.querySelector(place.dataset.scan);
  button.hidden = false;

  const still = () =>
    new Promise((resolve) => {
      const canvas = document.createElement("canvas");
      const scale = Math.min(1, 720 / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(resolve, "image/jpeg", 0.8);
    });

  const look = async (camera) => {
    while (camera.active) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (!video.videoWidth) continue;
      const response = await fetch(place.dataset.scanUrl, {
        method: "POST",
        headers: { "content-type": "image/jpeg" },
        body: await still(),
        credentials: "same-origin",
      });
      if (!response.ok) continue;
      const { payload } = await response.json();
      if (!payload) continue;
      camera.getTracks().forEach((track) => track.stop());
      field.value = payload;
      field.form.requestSubmit();
      return;
    }
  };

  button.addEventListener("click", async () => {
    try {
      const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = camera;
      video.hidden = false;
      button.hidden = true;
      await video.play();
      await look(camera);
    } catch {
      // No camera, or not allowed: the picture and the text field are still there.
      place.querySelector("[data-scan-none]").hidden = false;
    }
  });
}
