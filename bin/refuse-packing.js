// What is here are sources, which run nowhere as a package: Node strips no types below node_modules.
console.error(
  'This folder is not what is published. From the root of the repository, "npm run pack" builds all packages into packages/*.tgz.',
);
process.exitCode = 1;
