// The camera: by the browser's own reader of QR codes, else by ours (WebAssembly). Loaded when it is first started.

import { normalise } from "./manifest.js";

const FRAME_MS = 120;
// How much of the square in the middle of a frame is looked at, and at how many pixels: first what somebody aims at,
// enlarged, for small or blurred codes; then all of it, for a badge held close or beside the middle.
const LOOKS = [[2 / 3, 960], [1, 720]];

async function nativeReader() {
  if (!window.BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async video => (await detector.detect(video))[0]?.rawValue;
}

async function ownReader({ reader, wasm }) {
  if (!window.ZXingWASM) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: reader, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }
  const zxing = window.ZXingWASM;
  await zxing.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.max(...LOOKS.map(([, size]) => size));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async video => {
    const square = Math.min(video.videoWidth, video.videoHeight);
    for (const [part, size] of LOOKS) {
      const side = square * part;
      context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
      const picture = context.getImageData(0, 0, size, size);
      const [code] = await zxing.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
      if (code) return code.text;
    }
    return undefined;
  };
}

const failed = (name, error) => Object.assign(new Error(error.message), { name });

export class Camera {
  constructor(video, files, glance) {
    Object.assign(this, { video, files, glance, stream: null, awake: null });
  }

  // Look until stopped, and hand on each code that is seen. Throws an error called NoCamera or NoReader.
  async start(onCode) {
    this.stop();
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
    let stream;
    try {
      stream = this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      throw failed("NoCamera", error);
    }
    try {
      this.decode = await nativeReader() ?? await ownReader(this.files);
    } catch (error) {
      this.stop();
      throw failed("NoReader", error);
    }
    this.keepAwake();
    this.look(stream, onCode);
  }

  async look(stream, onCode) {
    while (this.stream === stream) {
      if (document.hidden) this.glance.see("");
      else if (this.video.readyState >= 2) {
        const code = await this.decode(this.video).catch(() => null);
        if (code) onCode(code);
        this.glance.see(code ? normalise(code) : "");
      }
      await new Promise(resolve => setTimeout(resolve, FRAME_MS));
    }
  }

  stop() {
    this.stream?.getTracks().forEach(track => track.stop());
    this.stream = null;
    this.glance.see("");
    this.awake?.release?.();
  }

  get hasTorch() {
    return Boolean(this.stream?.getVideoTracks()[0].getCapabilities?.().torch);
  }

  torch(on) {
    return this.stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  }

  async keepAwake() {
    if (!this.stream || this.awake || !navigator.wakeLock) return;
    try {
      this.awake = await navigator.wakeLock.request("screen");
      this.awake.onrelease = () => { this.awake = null; };
    } catch {
      this.awake = null; // the phone saves its battery: the screen may sleep, scanning goes on
    }
  }
}
