CREATE TABLE "call_totals" (
	"project_id" uuid NOT NULL,
	"slot" smallint NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "call_totals_project_id_slot_pk" PRIMARY KEY("project_id","slot")
);
--> statement-breakpoint
CREATE TABLE "meter_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"stripe_customer_id" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"seconds" bigint NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"problem" text
);
--> statement-breakpoint
CREATE TABLE "room_totals" (
	"project_id" uuid NOT NULL,
	"slot" smallint NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "room_totals_project_id_slot_pk" PRIMARY KEY("project_id","slot")
);
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"project_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"seconds" numeric(18, 3) NOT NULL,
	"sessions" integer NOT NULL,
	"earliest_opened_at" timestamp (3) with time zone NOT NULL,
	"billed_seconds" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_hours_project_id_hour_kind_pk" PRIMARY KEY("project_id","hour","kind")
);
--> statement-breakpoint
CREATE TABLE "usage_retention" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"deleted_before" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "usage_sessions_by_project";--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "stripe_customer_id" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "billed_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "usage_sessions" ADD COLUMN "is_rolled_up" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "call_totals" ADD CONSTRAINT "call_totals_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meter_events" ADD CONSTRAINT "meter_events_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_totals" ADD CONSTRAINT "room_totals_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_hours" ADD CONSTRAINT "usage_hours_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "meter_events_unsettled" ON "meter_events" USING btree ("hour") WHERE "meter_events"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "usage_hours_to_bill" ON "usage_hours" USING btree ("project_id","hour") WHERE "usage_hours"."kind" = 'room' and "usage_hours"."seconds" >= "usage_hours"."billed_seconds" + 1;--> statement-breakpoint
CREATE INDEX "calls_ended" ON "calls" USING btree ("tombstoned_at") WHERE "calls"."tombstoned_at" is not null;--> statement-breakpoint
CREATE INDEX "rooms_ended" ON "rooms" USING btree ("tombstoned_at") WHERE "rooms"."tombstoned_at" is not null;--> statement-breakpoint
CREATE INDEX "usage_sessions_fresh_by_project" ON "usage_sessions" USING btree ("project_id") WHERE not "usage_sessions"."is_rolled_up";--> statement-breakpoint
CREATE INDEX "usage_sessions_to_roll_up" ON "usage_sessions" USING btree ("closed_at") WHERE "usage_sessions"."closed_at" is not null and not "usage_sessions"."is_rolled_up";--> statement-breakpoint
CREATE INDEX "usage_sessions_rolled_up" ON "usage_sessions" USING btree ("closed_at") WHERE "usage_sessions"."is_rolled_up";--> statement-breakpoint
CREATE INDEX "usage_sessions_by_project" ON "usage_sessions" USING btree ("project_id","opened_at","closed_at");--> statement-breakpoint
INSERT INTO "call_totals" ("project_id", "slot", "total") SELECT "project_id", 0, count(*) FROM "calls" GROUP BY "project_id";--> statement-breakpoint
INSERT INTO "room_totals" ("project_id", "slot", "total") SELECT "project_id", 0, count(*) FROM "rooms" GROUP BY "project_id";--> statement-breakpoint
INSERT INTO "usage_retention" ("deleted_before") VALUES ('epoch');
