CREATE TABLE "call_peers" (
	"call_id" uuid NOT NULL,
	"peer_id" text NOT NULL,
	"status" text NOT NULL,
	"epoch" integer NOT NULL,
	"node_id" text NOT NULL,
	"node_epoch" bigint NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"reconnect_hash" "bytea" NOT NULL,
	"fresh_reconnect_hash" "bytea",
	CONSTRAINT "call_peers_call_id_peer_id_pk" PRIMARY KEY("call_id","peer_id")
);
--> statement-breakpoint
CREATE TABLE "call_tokens" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"call_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"access_control" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"was_full" boolean DEFAULT false NOT NULL,
	"idle_since" timestamp (3) with time zone DEFAULT now(),
	"tombstoned_at" timestamp (3) with time zone,
	"tombstone_reason" text
);
--> statement-breakpoint
CREATE TABLE "held_signals" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"call_id" uuid NOT NULL,
	"peer_id" text NOT NULL,
	"frame" text NOT NULL,
	"byte_length" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotent_answers" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"sealed_answer" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotent_answers_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"service" text NOT NULL,
	"epoch" bigint NOT NULL,
	"lease_until" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"public_key" text NOT NULL,
	"allowed_origins" text[] DEFAULT '{}'::text[] NOT NULL,
	"connection_limit" integer,
	"default_access_control" text DEFAULT 'public' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "projects_public_key_unique" UNIQUE("public_key")
);
--> statement-breakpoint
CREATE TABLE "secret_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "secret_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "call_peers" ADD CONSTRAINT "call_peers_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_tokens" ADD CONSTRAINT "call_tokens_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "held_signals" ADD CONSTRAINT "held_signals_call_id_peer_id_call_peers_call_id_peer_id_fk" FOREIGN KEY ("call_id","peer_id") REFERENCES "public"."call_peers"("call_id","peer_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_keys" ADD CONSTRAINT "secret_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "call_peers_by_node" ON "call_peers" USING btree ("node_id") WHERE "call_peers"."status" = 'connected';--> statement-breakpoint
CREATE INDEX "call_peers_by_expiry" ON "call_peers" USING btree ("expires_at") WHERE "call_peers"."status" = 'disconnected';--> statement-breakpoint
CREATE INDEX "call_tokens_by_call" ON "call_tokens" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "call_tokens_by_expiry" ON "call_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "calls_by_project" ON "calls" USING btree ("project_id","created_at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "calls_open_by_project" ON "calls" USING btree ("project_id") WHERE "calls"."tombstoned_at" is null;--> statement-breakpoint
CREATE INDEX "calls_idle" ON "calls" USING btree ("idle_since") WHERE "calls"."tombstoned_at" is null;--> statement-breakpoint
CREATE INDEX "held_signals_by_peer" ON "held_signals" USING btree ("call_id","peer_id","id");--> statement-breakpoint
CREATE INDEX "idempotent_answers_by_age" ON "idempotent_answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "secret_keys_by_project" ON "secret_keys" USING btree ("project_id");