ALTER TABLE "call_peers" ADD COLUMN "unconfirmed_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "call_tokens" ADD COLUMN "peer_id" text;--> statement-breakpoint
ALTER TABLE "call_tokens" ADD COLUMN "attempt_hash" "bytea";--> statement-breakpoint
ALTER TABLE "room_peers" ADD COLUMN "unconfirmed_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "room_tokens" ADD COLUMN "peer_id" text;--> statement-breakpoint
ALTER TABLE "room_tokens" ADD COLUMN "attempt_hash" "bytea";