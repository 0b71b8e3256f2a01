PRAGMA user_version=0;
PRAGMA application_id=0;
PRAGMA journal_mode=wal;
BEGIN TRANSACTION;
CREATE TABLE admin_actions (
	id INTEGER NOT NULL, 
	admin_id BIGINT NOT NULL, 
	action TEXT NOT NULL, 
	target TEXT NOT NULL, 
	"before" JSON, 
	"after" JSON, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_admin_actions PRIMARY KEY (id)
);
CREATE TABLE admin_dialogs (
	admin_id BIGINT NOT NULL, 
	question TEXT, 
	known JSON NOT NULL, 
	CONSTRAINT pk_admin_dialogs PRIMARY KEY (admin_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE bot_config (
	id INTEGER NOT NULL, 
	level_formula TEXT, 
	besitos_per_reaction INTEGER, 
	besitos_daily_gift INTEGER, 
	besitos_daily_streak_bonus INTEGER, 
	max_reactions_per_day INTEGER, 
	besitos_daily_base INTEGER, 
	besitos_streak_bonus_per_day INTEGER, 
	besitos_streak_bonus_max INTEGER, 
	updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_bot_config PRIMARY KEY (id), 
	CONSTRAINT ck_bot_config_daily_base CHECK (besitos_daily_base >= 0), 
	CONSTRAINT ck_bot_config_daily_gift CHECK (besitos_daily_gift >= 0), 
	CONSTRAINT ck_bot_config_daily_streak_bonus CHECK (besitos_daily_streak_bonus >= 0), 
	CONSTRAINT ck_bot_config_per_reaction CHECK (besitos_per_reaction >= 0), 
	CONSTRAINT ck_bot_config_streak_bonus_max CHECK (besitos_streak_bonus_max >= 0), 
	CONSTRAINT ck_bot_config_streak_bonus_per_day CHECK (besitos_streak_bonus_per_day >= 0), 
	CONSTRAINT ck_bot_config_single_row CHECK (id = 1), 
	CONSTRAINT ck_bot_config_max_reactions CHECK (max_reactions_per_day >= 0)
);
INSERT INTO "bot_config" VALUES(1,'floor(total_earned / 250) + 1',2,30,0,100,15,3,45,'2026-01-01 00:00:00.000000');
CREATE TABLE reward_conditions (
	id INTEGER NOT NULL, 
	reward_id INTEGER NOT NULL, 
	condition_type VARCHAR(32) NOT NULL, 
	condition_value BIGINT, 
	condition_group INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_reward_conditions PRIMARY KEY (id), 
	CONSTRAINT ck_reward_conditions_value_where_counted CHECK ((condition_type IN ('FIRST_REACTION', 'FIRST_DAILY_GIFT')) = (condition_value IS NULL)), 
	CONSTRAINT ck_reward_conditions_group_not_negative CHECK (condition_group >= 0), 
	CONSTRAINT ck_reward_conditions_value_positive CHECK (condition_value >= 1), 
	CONSTRAINT fk_reward_conditions_reward_id_rewards FOREIGN KEY(reward_id) REFERENCES rewards (id) ON DELETE CASCADE, 
	CONSTRAINT ck_reward_conditions_conditiontype CHECK (condition_type IN ('FIRST_REACTION', 'FIRST_DAILY_GIFT', 'STREAK_LENGTH', 'TOTAL_POINTS', 'LEVEL_REACHED', 'BESITOS_SPENT'))
);
INSERT INTO "reward_conditions" VALUES(1,1,'FIRST_DAILY_GIFT',NULL,0);
INSERT INTO "reward_conditions" VALUES(2,1,'FIRST_REACTION',NULL,0);
INSERT INTO "reward_conditions" VALUES(3,2,'FIRST_REACTION',NULL,0);
INSERT INTO "reward_conditions" VALUES(4,2,'STREAK_LENGTH',7,0);
INSERT INTO "reward_conditions" VALUES(5,2,'TOTAL_POINTS',100,0);
INSERT INTO "reward_conditions" VALUES(6,2,'LEVEL_REACHED',5,1);
INSERT INTO "reward_conditions" VALUES(7,2,'STREAK_LENGTH',30,1);
INSERT INTO "reward_conditions" VALUES(8,2,'FIRST_REACTION',NULL,2);
INSERT INTO "reward_conditions" VALUES(9,2,'TOTAL_POINTS',900,2);
INSERT INTO "reward_conditions" VALUES(10,2,'TOTAL_POINTS',1000,2);
INSERT INTO "reward_conditions" VALUES(11,2,'BESITOS_SPENT',50,10);
INSERT INTO "reward_conditions" VALUES(12,2,'STREAK_LENGTH',7,10);
INSERT INTO "reward_conditions" VALUES(13,3,'LEVEL_REACHED',10,1);
INSERT INTO "reward_conditions" VALUES(14,3,'TOTAL_POINTS',10000,1);
CREATE TABLE rewards (
	id INTEGER NOT NULL, 
	"key" TEXT, 
	name TEXT NOT NULL, 
	description TEXT, 
	reward_type VARCHAR(32) NOT NULL, 
	reward_value JSON NOT NULL, 
	is_active BOOLEAN DEFAULT 1 NOT NULL, 
	is_repeatable BOOLEAN DEFAULT 0 NOT NULL, 
	is_secret BOOLEAN DEFAULT 0 NOT NULL, 
	claim_window_hours INTEGER NOT NULL, 
	sort_order INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_rewards PRIMARY KEY (id), 
	CONSTRAINT ck_rewards_claim_window_positive CHECK (claim_window_hours > 0), 
	CONSTRAINT uq_rewards_key UNIQUE ("key"), 
	CONSTRAINT ck_rewards_rewardtype CHECK (reward_type IN ('BESITOS', 'BADGE'))
);
INSERT INTO "rewards" VALUES(1,'primeros_pasos','¡Hola, mundo!',NULL,'BADGE','{"emoji": "👋🏽", "badge_name": "recién llegado"}',0,1,1,24,0,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "rewards" VALUES(2,'racha_7_dias','Racha de 7 Dias','Siete días seguidos, y ''algo'' más.','BESITOS','{"amount": 70}',1,0,0,168,1,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "rewards" VALUES(3,'10_mil','Diez mil','Gana 10 000 besitos o llega al nivel 10.','BESITOS','{"amount": 1000}',1,1,0,720,2,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
CREATE TABLE seed_marker (
	seed TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	applied_values JSON NOT NULL, 
	applied_at DATETIME NOT NULL, 
	release TEXT NOT NULL, 
	CONSTRAINT pk_seed_marker PRIMARY KEY (seed), 
	CONSTRAINT ck_seed_marker_version_positive CHECK (version >= 1)
);
INSERT INTO "seed_marker" VALUES('gamification',3,'2b2bc9b656a1da153d9cc142c314480d0ab9890a40a378ae44ab1270d21588d5','{"config": {"level_formula": "floor(total_earned / 250) + 1", "besitos_per_reaction": 2, "besitos_daily_gift": 30, "besitos_daily_streak_bonus": 0, "max_reactions_per_day": 100, "besitos_daily_base": 15, "besitos_streak_bonus_per_day": 3, "besitos_streak_bonus_max": 45}, "rewards": {"primeros_pasos": {"name": "¡Hola, mundo!", "description": null, "reward_type": "BADGE", "reward_value": {"emoji": "👋🏽", "badge_name": "recién llegado"}, "is_active": false, "is_repeatable": true, "is_secret": true, "claim_window_hours": 24, "sort_order": 0, "conditions": [["FIRST_REACTION", null, 0], ["FIRST_DAILY_GIFT", null, 0]]}, "racha_7_dias": {"name": "Racha de 7 Dias", "description": "Siete días seguidos, y ''algo'' más.", "reward_type": "BESITOS", "reward_value": {"amount": 70}, "is_active": true, "is_repeatable": false, "is_secret": false, "claim_window_hours": 168, "sort_order": 1, "conditions": [["STREAK_LENGTH", 7, 10], ["BESITOS_SPENT", 50, 10], ["TOTAL_POINTS", 1000, 2], ["TOTAL_POINTS", 900, 2], ["FIRST_REACTION", null, 2], ["STREAK_LENGTH", 30, 1], ["LEVEL_REACHED", 5, 1], ["TOTAL_POINTS", 100, 0], ["STREAK_LENGTH", 7, 0], ["FIRST_REACTION", null, 0]]}, "10_mil": {"name": "Diez mil", "description": "Gana 10 000 besitos o llega al nivel 10.", "reward_type": "BESITOS", "reward_value": {"amount": 1000}, "is_active": true, "is_repeatable": true, "is_secret": false, "claim_window_hours": 720, "sort_order": 2, "conditions": [["TOTAL_POINTS", 10000, 1], ["LEVEL_REACHED", 10, 1]]}}}','2026-01-01 00:00:00.000000','0.1.0');
CREATE TABLE transactions (
	id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	amount BIGINT NOT NULL, 
	type VARCHAR(32) NOT NULL, 
	reason TEXT, 
	reference TEXT NOT NULL, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_transactions PRIMARY KEY (id), 
	CONSTRAINT ck_transactions_amount_not_zero CHECK (amount <> 0), 
	CONSTRAINT fk_transactions_user_id_users FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE RESTRICT, 
	CONSTRAINT uq_transactions_reference UNIQUE (reference), 
	CONSTRAINT ck_transactions_transactiontype CHECK (type IN ('REACTION', 'ACTIVITY_BONUS', 'DAILY_GIFT', 'REWARD', 'ADMIN_GRANT', 'ADMIN_TAKE'))
);
CREATE TABLE user_gamification_profiles (
	user_id BIGINT NOT NULL, 
	balance BIGINT DEFAULT '0' NOT NULL, 
	total_earned BIGINT DEFAULT '0' NOT NULL, 
	total_spent BIGINT DEFAULT '0' NOT NULL, 
	level INTEGER DEFAULT '1' NOT NULL, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_user_gamification_profiles PRIMARY KEY (user_id), 
	CONSTRAINT ck_user_gamification_profiles_balance_is_difference CHECK (balance = total_earned - total_spent), 
	CONSTRAINT ck_user_gamification_profiles_balance_not_negative CHECK (balance >= 0), 
	CONSTRAINT ck_user_gamification_profiles_level_at_least_one CHECK (level >= 1), 
	CONSTRAINT ck_user_gamification_profiles_totals_not_negative CHECK (total_earned >= 0 AND total_spent >= 0), 
	CONSTRAINT fk_user_gamification_profiles_user_id_users FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE
);
CREATE TABLE user_reactions (
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	day DATE NOT NULL, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_user_reactions PRIMARY KEY (user_id, chat_id, message_id), 
	CONSTRAINT fk_user_reactions_user_id_users FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE
);
CREATE TABLE user_rewards (
	id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	reward_id INTEGER NOT NULL, 
	status VARCHAR(32) NOT NULL, 
	unlocked_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	claimed_at DATETIME, claims INTEGER DEFAULT '0' NOT NULL, baseline_earned BIGINT DEFAULT '0' NOT NULL, baseline_spent BIGINT DEFAULT '0' NOT NULL, baseline_level INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT pk_user_rewards PRIMARY KEY (id), 
	CONSTRAINT ck_user_rewards_claimed_at_when_claimed CHECK ((status = 'CLAIMED') = (claimed_at IS NOT NULL)), 
	CONSTRAINT fk_user_rewards_reward_id_rewards FOREIGN KEY(reward_id) REFERENCES rewards (id) ON DELETE CASCADE, 
	CONSTRAINT fk_user_rewards_user_id_users FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE, 
	CONSTRAINT uq_user_rewards_user_id_reward_id UNIQUE (user_id, reward_id), 
	CONSTRAINT ck_user_rewards_userrewardstatus CHECK (status IN ('UNLOCKED', 'CLAIMED', 'EXPIRED'))
);
CREATE TABLE user_streaks (
	user_id BIGINT NOT NULL, 
	streak_type VARCHAR(32) NOT NULL, 
	current INTEGER NOT NULL, 
	longest INTEGER NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_user_streaks PRIMARY KEY (user_id, streak_type), 
	CONSTRAINT ck_user_streaks_longest_is_longest CHECK (current >= 1 AND longest >= current), 
	CONSTRAINT fk_user_streaks_user_id_users FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE, 
	CONSTRAINT ck_user_streaks_streaktype CHECK (streak_type IN ('DAILY_GIFT', 'REACTION'))
);
CREATE TABLE users (
	user_id BIGINT NOT NULL, 
	username TEXT, 
	first_name TEXT NOT NULL, 
	language_code TEXT, 
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (user_id)
);
CREATE INDEX ix_reward_conditions_reward_id ON reward_conditions (reward_id);
CREATE INDEX ix_transactions_created_at ON transactions (created_at);
CREATE INDEX ix_transactions_user_id_id ON transactions (user_id, id);
CREATE INDEX ix_user_reactions_user_id_day ON user_reactions (user_id, day);
CREATE INDEX ix_user_rewards_reward_id ON user_rewards (reward_id);
CREATE INDEX ix_user_gamification_profiles_total_earned_user_id ON user_gamification_profiles (total_earned, user_id);
CREATE INDEX ix_admin_actions_created_at ON admin_actions (created_at);
COMMIT;
