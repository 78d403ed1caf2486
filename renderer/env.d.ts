declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  // Vite's own shape of a CSS module.
  export default classes;
}
