CREATE TABLE "room_peers" (
	"room_id" uuid NOT NULL,
	"peer_id" text NOT NULL,
	"identity" text,
	"name" text,
	"metadata" jsonb,
	"can_publish" boolean DEFAULT true NOT NULL,
	"can_subscribe" boolean DEFAULT true NOT NULL,
	"status" text NOT NULL,
	"joined_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"resume_hash" "bytea",
	"fresh_resume_hash" "bytea",
	CONSTRAINT "room_peers_room_id_peer_id_pk" PRIMARY KEY("room_id","peer_id")
);
--> statement-breakpoint
CREATE TABLE "room_tokens" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"room_id" uuid NOT NULL,
	"identity" text,
	"name" text,
	"metadata" jsonb,
	"can_publish" boolean DEFAULT true NOT NULL,
	"can_subscribe" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"max_participants" integer,
	"e2ee" text DEFAULT 'optional' NOT NULL,
	"metadata" jsonb,
	"idle_seconds" integer DEFAULT 3600 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"home_node_id" text,
	"home_node_epoch" bigint,
	"home_epoch" integer DEFAULT 0 NOT NULL,
	"idle_since" timestamp (3) with time zone DEFAULT now(),
	"tombstoned_at" timestamp (3) with time zone,
	"tombstone_reason" text
);
--> statement-breakpoint
CREATE TABLE "usage_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"peer_id" text NOT NULL,
	"identity" text,
	"node_id" text NOT NULL,
	"node_epoch" bigint NOT NULL,
	"opened_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"checkpointed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"close_reason" text
);
--> statement-breakpoint
ALTER TABLE "room_peers" ADD CONSTRAINT "room_peers_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_tokens" ADD CONSTRAINT "room_tokens_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rooms" ADD CONSTRAINT "rooms_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_sessions" ADD CONSTRAINT "usage_sessions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "room_peers_by_expiry" ON "room_peers" USING btree ("expires_at") WHERE "room_peers"."status" = 'disconnected';--> statement-breakpoint
CREATE INDEX "room_tokens_by_room" ON "room_tokens" USING btree ("room_id","identity");--> statement-breakpoint
CREATE INDEX "room_tokens_by_expiry" ON "room_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "rooms_by_project" ON "rooms" USING btree ("project_id","created_at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "rooms_open_by_project" ON "rooms" USING btree ("project_id") WHERE "rooms"."tombstoned_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_by_home" ON "rooms" USING btree ("home_node_id") WHERE "rooms"."home_node_id" is not null;--> statement-breakpoint
CREATE INDEX "rooms_idle" ON "rooms" USING btree ("idle_since") WHERE "rooms"."tombstoned_at" is null;--> statement-breakpoint
CREATE INDEX "usage_sessions_by_project" ON "usage_sessions" USING btree ("project_id","opened_at");--> statement-breakpoint
CREATE INDEX "usage_sessions_open_by_node" ON "usage_sessions" USING btree ("node_id") WHERE "usage_sessions"."closed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "usage_sessions_open_by_peer" ON "usage_sessions" USING btree ("subject_id","peer_id") WHERE "usage_sessions"."closed_at" is null;