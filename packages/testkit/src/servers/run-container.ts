import type { ContainerRuntimeClient } from "testcontainers";
import { keep, release } from "../machine/keeper.ts";
import { printNotice } from "../machine/print-notice.ts";
import { reservePort } from "../machine/reserve-port.ts";
import type { OwnServer } from "./own-server.ts";
import type { ContainerRecipe, ServerKind } from "./server-kind.ts";
import { READY_WITHIN_MS, whenReady } from "./when-ready.ts";

type Container = ReturnType<ContainerRuntimeClient["container"]["getById"]>;

/** Resolves to the container engine of this machine, undefined when none answers. */
export async function findEngine(): Promise<ContainerRuntimeClient | undefined> {
  // The keeper removes the containers of a killed test run, which saves the download of the image that Testcontainers
  // would do it with.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  const { getContainerRuntimeClient } = await import("testcontainers");
  return getContainerRuntimeClient().catch(() => undefined);
}

/** Starts a server in a container by Testcontainers, fetching its image first where needed. */
export async function runContainer(
  kind: ServerKind,
  recipe: ContainerRecipe,
  engine: ContainerRuntimeClient,
): Promise<OwnServer> {
  const { GenericContainer, ImageName, Wait } = await import("testcontainers");
  const { image, port, command, environment, readyLine } = recipe;
  if (!(await engine.image.exists(ImageName.fromString(image)))) printNotice(`fetching the container image ${image} …`);
  // A reserved port: one that the engine chooses would change at a restart.
  const started = await new GenericContainer(image)
    .withCommand([...command])
    .withEnvironment(environment)
    .withExposedPorts({ container: port, host: await reservePort() })
    .withWaitStrategy(Wait.forLogMessage(readyLine))
    .withStartupTimeout(READY_WITHIN_MS)
    .start();
  const kept = { container: started.getId() };
  keep(kept);
  const container = engine.container.getById(started.getId());
  const url = kind.url(hostOf(started.getHost()), started.getMappedPort(port));
  let pid = 0;
  let sent: Promise<unknown> = Promise.resolve();

  async function ready(): Promise<void> {
    await whenReady(kind, url, AbortSignal.timeout(READY_WITHIN_MS));
    pid = (await container.inspect()).State.Pid;
  }

  await ready();
  return {
    url,
    get pid() {
      return pid;
    },
    signal(name) {
      sent = sent.then(() => send(container, name));
    },
    async stop() {
      await sent;
      const { State: state } = await container.inspect();
      if (state.Paused) await container.unpause();
      if (state.Running) await container.stop({ t: 10 });
    },
    async start() {
      await sent;
      await container.start();
      await ready();
    },
    async [Symbol.asyncDispose]() {
      await container.remove({ force: true, v: true });
      release(kept);
    },
  };
}

/** The engine publishes ports on IPv4, and `localhost` may mean ::1 first. */
function hostOf(name: string): string {
  return name === "localhost" ? "127.0.0.1" : name;
}

function send(container: Container, name: NodeJS.Signals): Promise<unknown> {
  if (name === "SIGSTOP") return container.pause();
  if (name === "SIGCONT") return container.unpause();
  return container.kill({ signal: name });
}
