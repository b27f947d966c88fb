import { apiSettings } from "@radist-tech/api";
import { NodeId } from "@radist-tech/protocol";
import { commonConfig } from "@radist-tech/runtime";
import { sfuConfig } from "@radist-tech/sfu";
import { signalingConfig } from "@radist-tech/signaling";
import { withIceRules } from "@radist-tech/sockets";
import { visitorConfig } from "@radist-tech/web";
import { z } from "zod";

/** Everything has a default: a first look needs no configuration. */
export const StandaloneConfig = withIceRules(
  z.object({
    ...commonConfig,
    ...signalingConfig,
    ...sfuConfig,
    ...apiSettings,
    ...visitorConfig,
    LOG_LEVEL: commonConfig.LOG_LEVEL.unwrap().default("warn"),
    /** One process under one name: after a crash the next start knows at once whose sockets are gone. */
    NODE_ID: NodeId.default(NodeId.parse("standalone")),
    /** Where the database, the admin token and the first project's keys are kept. */
    RADIST_DATA_DIR: z.string().default(".radist"),
    /** Where the media worker is, or will be: calls are served without it. Default: where mediasoup itself puts it. */
    MEDIASOUP_WORKER_BIN: z.string().optional(),
    RADIST_ADMIN_TOKEN: apiSettings.RADIST_ADMIN_TOKEN.optional(),
  }),
);
export type StandaloneConfig = z.infer<typeof StandaloneConfig>;
