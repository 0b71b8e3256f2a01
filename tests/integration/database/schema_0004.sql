-- A database of schema 0004 as the release of that revision seeded it, with two members, reward 3
-- deleted by hand, and lines that still speak of rewards 3 and 5 and of user_rewards 9.
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
INSERT INTO "admin_actions" VALUES(1,7,'reward.edit','reward:5','{"name": "Leyenda"}','{"name": "Leyenda 👑"}','2026-01-01 09:00:00');
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
INSERT INTO "bot_config" VALUES(1,'floor(sqrt(total_earned / 100)) + 1',5,77,10,20,20,2,50,'2026-01-01 09:00:00.000000');
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
INSERT INTO "reward_conditions" VALUES(1,1,'FIRST_REACTION',NULL,0);
INSERT INTO "reward_conditions" VALUES(2,2,'TOTAL_POINTS',100,0);
INSERT INTO "reward_conditions" VALUES(3,3,'STREAK_LENGTH',7,0);
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
INSERT INTO "rewards" VALUES(1,'primeros_pasos','Primeros Pasos','Reacciona por primera vez a un mensaje.','BESITOS','{"amount": 10}',1,0,0,168,0,'2026-01-01 09:00:00.000000','2026-01-01 09:00:00.000000');
INSERT INTO "rewards" VALUES(2,'ahorrador_principiante','Ahorrador Principiante','Gana 100 besitos en total.','BADGE','{"badge_name": "ahorrador", "emoji": "💰"}',1,0,0,168,1,'2026-01-01 09:00:00.000000','2026-01-01 09:00:00.000000');
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
INSERT INTO "seed_marker" VALUES('gamification',1,'5174d82e9d82c9274d65ad5a897f3ed473ec2ac2b9dd47082c7e37ce0ee2fc17','{"config": {"level_formula": "floor(sqrt(total_earned / 100)) + 1", "besitos_per_reaction": 5, "besitos_daily_gift": 50, "besitos_daily_streak_bonus": 10, "max_reactions_per_day": 20, "besitos_daily_base": 20, "besitos_streak_bonus_per_day": 2, "besitos_streak_bonus_max": 50}, "rewards": {"primeros_pasos": {"name": "Primeros Pasos", "description": "Reacciona por primera vez a un mensaje.", "reward_type": "BESITOS", "reward_value": {"amount": 10}, "is_active": true, "is_repeatable": false, "is_secret": false, "claim_window_hours": 168, "sort_order": 0, "conditions": [["FIRST_REACTION", null, 0]]}, "ahorrador_principiante": {"name": "Ahorrador Principiante", "description": "Gana 100 besitos en total.", "reward_type": "BADGE", "reward_value": {"badge_name": "ahorrador", "emoji": "💰"}, "is_active": true, "is_repeatable": false, "is_secret": false, "claim_window_hours": 168, "sort_order": 1, "conditions": [["TOTAL_POINTS", 100, 0]]}, "racha_7_dias": {"name": "Racha de 7 Dias", "description": "Recoge el regalo diario 7 días seguidos.", "reward_type": "BESITOS", "reward_value": {"amount": 50}, "is_active": true, "is_repeatable": false, "is_secret": false, "claim_window_hours": 168, "sort_order": 2, "conditions": [["STREAK_LENGTH", 7, 0]]}}}','2026-01-01 09:00:00.000000','0.1.0');
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
INSERT INTO "transactions" VALUES(1,1,110,'DAILY_GIFT',NULL,'gift:1','2026-01-01 10:00:00.000000');
INSERT INTO "transactions" VALUES(2,1,10,'REWARD',NULL,'reward:9:2026-01-01T10:00:00+00:00','2026-01-01 10:00:00.000000');
INSERT INTO "transactions" VALUES(3,1,-30,'ADMIN_TAKE',NULL,'take:1','2026-01-02 10:00:00.000000');
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
INSERT INTO "user_gamification_profiles" VALUES(1,90,120,30,2,'2026-01-01 09:00:00','2026-01-01 09:00:00');
INSERT INTO "user_gamification_profiles" VALUES(2,0,0,0,1,'2026-01-01 09:00:00','2026-01-01 09:00:00');
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
INSERT INTO "user_rewards" VALUES(1,1,1,'CLAIMED','2026-01-01 10:00:00.000000','2026-01-08 10:00:00.000000','2026-01-01 11:00:00.000000',1,10,0,1);
INSERT INTO "user_rewards" VALUES(2,1,3,'CLAIMED','2026-01-01 10:00:00.000000','2026-01-08 10:00:00.000000','2026-01-01 11:00:00.000000',1,0,0,1);
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
INSERT INTO "users" VALUES(1,NULL,'Ana',NULL,'2026-01-01 09:00:00');
INSERT INTO "users" VALUES(2,NULL,'Luis',NULL,'2026-01-01 09:00:00');
CREATE INDEX ix_reward_conditions_reward_id ON reward_conditions (reward_id);
CREATE INDEX ix_transactions_created_at ON transactions (created_at);
CREATE INDEX ix_transactions_user_id_id ON transactions (user_id, id);
CREATE INDEX ix_user_reactions_user_id_day ON user_reactions (user_id, day);
CREATE INDEX ix_user_rewards_reward_id ON user_rewards (reward_id);
CREATE INDEX ix_user_gamification_profiles_total_earned_user_id ON user_gamification_profiles (total_earned, user_id);
CREATE INDEX ix_admin_actions_created_at ON admin_actions (created_at);
COMMIT;
