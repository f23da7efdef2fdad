// What a volunteer reads codes with: the camera, a scanner that types, or fingers.

import { normalise, TOKEN } from "./manifest.js";

const FRAME_MS = 120;
const SAME_CODE_MS = 4000;
const TYPED_MS = 1000;
const SIDE = 720;

// One badge in front of a reader is one scan, however often it is read, and however slowly this phone looks.
export class Glance {
  constructor() {
    this.forget();
  }

  // Whether this is a reading of its own.
  fresh(code, now) {
    const still = code === this.code && (code === this.view || now - this.at < SAME_CODE_MS);
    Object.assign(this, { code, at: now });
    return !still;
  }

  // What the camera sees in this picture ("" for nothing).
  see(code) {
    this.view = code;
  }

  touch(now) {
    this.at = now;
  }

  forget() {
    Object.assign(this, { code: "", at: -Infinity, view: "" });
  }
}

/* Keyboard scanners: what was typed is known by its form, never by its speed. A scanner set to a US keyboard on
   an AZERTY host types "&" for 1, so the physical keys (event.code) are read as well. */
export function readKeys(target, onToken) {
  let typed = { keys: "", codes: "" };
  let pause;
  const finish = () => {
    const token = [typed.keys, typed.codes].map(text => TOKEN.exec(text.toUpperCase())?.[0]).find(Boolean);
    typed = { keys: "", codes: "" };
    if (token) onToken(token);
    return Boolean(token);
  };
  target.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    clearTimeout(pause);
    if (event.key === "Enter" || event.key === "Tab") {
      if (finish()) event.preventDefault();
    } else if (event.key?.length === 1) {
      typed.keys += event.key;
      typed.codes += /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? "";
      pause = setTimeout(finish, TYPED_MS);
    }
  }, true);
}

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
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async video => {
    const side = Math.min(video.videoWidth, video.videoHeight);
    const size = canvas.width = canvas.height = Math.min(side, SIDE);
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
    const picture = context.getImageData(0, 0, size, size);
    return (await zxing.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true }))[0]?.text;
  };
}

export class NoCamera extends Error {}
export class NoReader extends Error {}

export class Camera {
  constructor(video, files, glance) {
    Object.assign(this, { video, files, glance, stream: null, awake: null });
  }

  // Look until stopped, and hand on each code that is seen. Throws NoCamera or NoReader.
  async start(onCode) {
    this.stop();
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    let stream;
    try {
      stream = this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      throw new NoCamera(error.name);
    }
    try {
      this.decode = await nativeReader() ?? await ownReader(this.files);
    } catch (error) {
      this.stop();
      throw new NoReader(error.message);
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
