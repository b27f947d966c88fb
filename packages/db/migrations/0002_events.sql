CREATE TABLE "chores" (
	"name" text PRIMARY KEY NOT NULL,
	"node_id" text NOT NULL,
	"lease_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_positions" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"last" bigint DEFAULT 0 NOT NULL,
	"deleted" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"position" bigint,
	"event_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"type" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "room_media_sites" (
	"room_id" uuid NOT NULL,
	"node_id" text NOT NULL,
	"node_epoch" bigint NOT NULL,
	"site_epoch" integer DEFAULT 1 NOT NULL,
	"opened_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_media_sites_room_id_node_id_pk" PRIMARY KEY("room_id","node_id")
);
--> statement-breakpoint
DROP INDEX "usage_sessions_open_by_node";--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "event_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "event_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "event_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "room_media_sites" ADD CONSTRAINT "room_media_sites_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_unnumbered" ON "events" USING btree ("id") WHERE "events"."position" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "events_by_seq" ON "events" USING btree ("subject_id","seq");--> statement-breakpoint
CREATE INDEX "events_by_project" ON "events" USING btree ("project_id","position") WHERE "events"."position" is not null;--> statement-breakpoint
CREATE INDEX "events_by_type" ON "events" USING btree ("project_id","type","position") WHERE "events"."position" is not null;--> statement-breakpoint
CREATE INDEX "events_by_subject" ON "events" USING btree ("project_id","subject_id","position") WHERE "events"."position" is not null;--> statement-breakpoint
CREATE INDEX "room_media_sites_by_node" ON "room_media_sites" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "usage_sessions_open_by_node" ON "usage_sessions" USING btree ("node_id","node_epoch") WHERE "usage_sessions"."closed_at" is null;--> statement-breakpoint
INSERT INTO "event_positions" DEFAULT VALUES;
