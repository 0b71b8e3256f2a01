CREATE TABLE public.admin_actions (
    id bigint NOT NULL,
    admin_id bigint NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    before jsonb,
    after jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE SEQUENCE public.admin_actions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.admin_actions_id_seq OWNED BY public.admin_actions.id;
CREATE TABLE public.admin_dialogs (
    admin_id bigint NOT NULL,
    question text,
    known jsonb NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.bot_config (
    id integer NOT NULL,
    level_formula text,
    besitos_per_reaction integer,
    besitos_daily_gift integer,
    besitos_daily_streak_bonus integer,
    max_reactions_per_day integer,
    besitos_daily_base integer,
    besitos_streak_bonus_per_day integer,
    besitos_streak_bonus_max integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_bot_config_daily_base CHECK ((besitos_daily_base >= 0)),
    CONSTRAINT ck_bot_config_daily_gift CHECK ((besitos_daily_gift >= 0)),
    CONSTRAINT ck_bot_config_daily_streak_bonus CHECK ((besitos_daily_streak_bonus >= 0)),
    CONSTRAINT ck_bot_config_max_reactions CHECK ((max_reactions_per_day >= 0)),
    CONSTRAINT ck_bot_config_per_reaction CHECK ((besitos_per_reaction >= 0)),
    CONSTRAINT ck_bot_config_single_row CHECK ((id = 1)),
    CONSTRAINT ck_bot_config_streak_bonus_max CHECK ((besitos_streak_bonus_max >= 0)),
    CONSTRAINT ck_bot_config_streak_bonus_per_day CHECK ((besitos_streak_bonus_per_day >= 0))
);
CREATE TABLE public.reward_conditions (
    id bigint NOT NULL,
    reward_id bigint NOT NULL,
    condition_type character varying(32) NOT NULL,
    condition_value bigint,
    condition_group integer DEFAULT 0 NOT NULL,
    CONSTRAINT ck_reward_conditions_conditiontype CHECK (((condition_type)::text = ANY ((ARRAY['FIRST_REACTION'::character varying, 'FIRST_DAILY_GIFT'::character varying, 'STREAK_LENGTH'::character varying, 'TOTAL_POINTS'::character varying, 'LEVEL_REACHED'::character varying, 'BESITOS_SPENT'::character varying])::text[]))),
    CONSTRAINT ck_reward_conditions_group_not_negative CHECK ((condition_group >= 0)),
    CONSTRAINT ck_reward_conditions_value_positive CHECK ((condition_value >= 1)),
    CONSTRAINT ck_reward_conditions_value_where_counted CHECK ((((condition_type)::text = ANY ((ARRAY['FIRST_REACTION'::character varying, 'FIRST_DAILY_GIFT'::character varying])::text[])) = (condition_value IS NULL)))
);
CREATE SEQUENCE public.reward_conditions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reward_conditions_id_seq OWNED BY public.reward_conditions.id;
CREATE TABLE public.rewards (
    id bigint NOT NULL,
    key text,
    name text NOT NULL,
    description text,
    reward_type character varying(32) NOT NULL,
    reward_value jsonb NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_repeatable boolean DEFAULT false NOT NULL,
    is_secret boolean DEFAULT false NOT NULL,
    claim_window_hours integer NOT NULL,
    sort_order integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_rewards_claim_window_positive CHECK ((claim_window_hours > 0)),
    CONSTRAINT ck_rewards_rewardtype CHECK (((reward_type)::text = ANY ((ARRAY['BESITOS'::character varying, 'BADGE'::character varying])::text[])))
);
CREATE SEQUENCE public.rewards_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rewards_id_seq OWNED BY public.rewards.id;
CREATE TABLE public.seed_marker (
    seed text NOT NULL,
    version integer NOT NULL,
    fingerprint text NOT NULL,
    applied_values jsonb NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    release text NOT NULL,
    CONSTRAINT ck_seed_marker_version_positive CHECK ((version >= 1))
);
CREATE TABLE public.transactions (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    amount bigint NOT NULL,
    type character varying(32) NOT NULL,
    reason text,
    reference text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_transactions_amount_not_zero CHECK ((amount <> 0)),
    CONSTRAINT ck_transactions_transactiontype CHECK (((type)::text = ANY ((ARRAY['REACTION'::character varying, 'ACTIVITY_BONUS'::character varying, 'DAILY_GIFT'::character varying, 'REWARD'::character varying, 'ADMIN_GRANT'::character varying, 'ADMIN_TAKE'::character varying])::text[])))
);
CREATE SEQUENCE public.transactions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.transactions_id_seq OWNED BY public.transactions.id;
CREATE TABLE public.user_gamification_profiles (
    user_id bigint NOT NULL,
    balance bigint DEFAULT '0'::bigint NOT NULL,
    total_earned bigint DEFAULT '0'::bigint NOT NULL,
    total_spent bigint DEFAULT '0'::bigint NOT NULL,
    level integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_user_gamification_profiles_balance_is_difference CHECK ((balance = (total_earned - total_spent))),
    CONSTRAINT ck_user_gamification_profiles_balance_not_negative CHECK ((balance >= 0)),
    CONSTRAINT ck_user_gamification_profiles_level_at_least_one CHECK ((level >= 1)),
    CONSTRAINT ck_user_gamification_profiles_totals_not_negative CHECK (((total_earned >= 0) AND (total_spent >= 0)))
);
CREATE TABLE public.user_reactions (
    user_id bigint NOT NULL,
    chat_id bigint NOT NULL,
    message_id bigint NOT NULL,
    day date NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.user_rewards (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    reward_id bigint NOT NULL,
    status character varying(32) NOT NULL,
    unlocked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    claimed_at timestamp with time zone,
    claims integer DEFAULT 0 NOT NULL,
    baseline_earned bigint DEFAULT '0'::bigint NOT NULL,
    baseline_spent bigint DEFAULT '0'::bigint NOT NULL,
    baseline_level integer DEFAULT 1 NOT NULL,
    CONSTRAINT ck_user_rewards_claimed_at_when_claimed CHECK ((((status)::text = 'CLAIMED'::text) = (claimed_at IS NOT NULL))),
    CONSTRAINT ck_user_rewards_userrewardstatus CHECK (((status)::text = ANY ((ARRAY['UNLOCKED'::character varying, 'CLAIMED'::character varying, 'EXPIRED'::character varying])::text[])))
);
CREATE SEQUENCE public.user_rewards_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_rewards_id_seq OWNED BY public.user_rewards.id;
CREATE TABLE public.user_streaks (
    user_id bigint NOT NULL,
    streak_type character varying(32) NOT NULL,
    current integer NOT NULL,
    longest integer NOT NULL,
    last_day date NOT NULL,
    CONSTRAINT ck_user_streaks_longest_is_longest CHECK (((current >= 1) AND (longest >= current))),
    CONSTRAINT ck_user_streaks_streaktype CHECK (((streak_type)::text = ANY ((ARRAY['DAILY_GIFT'::character varying, 'REACTION'::character varying])::text[])))
);
CREATE TABLE public.users (
    user_id bigint NOT NULL,
    username text,
    first_name text NOT NULL,
    language_code text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.admin_actions ALTER COLUMN id SET DEFAULT nextval('public.admin_actions_id_seq'::regclass);
ALTER TABLE ONLY public.reward_conditions ALTER COLUMN id SET DEFAULT nextval('public.reward_conditions_id_seq'::regclass);
ALTER TABLE ONLY public.rewards ALTER COLUMN id SET DEFAULT nextval('public.rewards_id_seq'::regclass);
ALTER TABLE ONLY public.transactions ALTER COLUMN id SET DEFAULT nextval('public.transactions_id_seq'::regclass);
ALTER TABLE ONLY public.user_rewards ALTER COLUMN id SET DEFAULT nextval('public.user_rewards_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0004');
INSERT INTO public.bot_config VALUES (1, 'floor(total_earned / 250) + 1', 2, 30, 0, 100, 15, 3, 45, '2026-01-01 00:00:00+00');
INSERT INTO public.reward_conditions VALUES (1, 1, 'FIRST_DAILY_GIFT', NULL, 0);
INSERT INTO public.reward_conditions VALUES (2, 1, 'FIRST_REACTION', NULL, 0);
INSERT INTO public.reward_conditions VALUES (3, 2, 'FIRST_REACTION', NULL, 0);
INSERT INTO public.reward_conditions VALUES (4, 2, 'STREAK_LENGTH', 7, 0);
INSERT INTO public.reward_conditions VALUES (5, 2, 'TOTAL_POINTS', 100, 0);
INSERT INTO public.reward_conditions VALUES (6, 2, 'LEVEL_REACHED', 5, 1);
INSERT INTO public.reward_conditions VALUES (7, 2, 'STREAK_LENGTH', 30, 1);
INSERT INTO public.reward_conditions VALUES (8, 2, 'FIRST_REACTION', NULL, 2);
INSERT INTO public.reward_conditions VALUES (9, 2, 'TOTAL_POINTS', 900, 2);
INSERT INTO public.reward_conditions VALUES (10, 2, 'TOTAL_POINTS', 1000, 2);
INSERT INTO public.reward_conditions VALUES (11, 2, 'BESITOS_SPENT', 50, 10);
INSERT INTO public.reward_conditions VALUES (12, 2, 'STREAK_LENGTH', 7, 10);
INSERT INTO public.reward_conditions VALUES (13, 3, 'LEVEL_REACHED', 10, 1);
INSERT INTO public.reward_conditions VALUES (14, 3, 'TOTAL_POINTS', 10000, 1);
INSERT INTO public.rewards VALUES (1, 'primeros_pasos', '¡Hola, mundo!', NULL, 'BADGE', '{"emoji": "👋🏽", "badge_name": "recién llegado"}', false, true, true, 24, 0, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00');
INSERT INTO public.rewards VALUES (2, 'racha_7_dias', 'Racha de 7 Dias', 'Siete días seguidos, y ''algo'' más.', 'BESITOS', '{"amount": 70}', true, false, false, 168, 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00');
INSERT INTO public.rewards VALUES (3, '10_mil', 'Diez mil', 'Gana 10 000 besitos o llega al nivel 10.', 'BESITOS', '{"amount": 1000}', true, true, false, 720, 2, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00');
INSERT INTO public.seed_marker VALUES ('gamification', 3, '2b2bc9b656a1da153d9cc142c314480d0ab9890a40a378ae44ab1270d21588d5', '{"config": {"level_formula": "floor(total_earned / 250) + 1", "besitos_daily_base": 15, "besitos_daily_gift": 30, "besitos_per_reaction": 2, "max_reactions_per_day": 100, "besitos_streak_bonus_max": 45, "besitos_daily_streak_bonus": 0, "besitos_streak_bonus_per_day": 3}, "rewards": {"10_mil": {"name": "Diez mil", "is_active": true, "is_secret": false, "conditions": [["LEVEL_REACHED", 10, 1], ["TOTAL_POINTS", 10000, 1]], "sort_order": 2, "description": "Gana 10 000 besitos o llega al nivel 10.", "reward_type": "BESITOS", "reward_value": {"amount": 1000}, "is_repeatable": true, "claim_window_hours": 720}, "racha_7_dias": {"name": "Racha de 7 Dias", "is_active": true, "is_secret": false, "conditions": [["FIRST_REACTION", null, 0], ["STREAK_LENGTH", 7, 0], ["TOTAL_POINTS", 100, 0], ["LEVEL_REACHED", 5, 1], ["STREAK_LENGTH", 30, 1], ["FIRST_REACTION", null, 2], ["TOTAL_POINTS", 900, 2], ["TOTAL_POINTS", 1000, 2], ["BESITOS_SPENT", 50, 10], ["STREAK_LENGTH", 7, 10]], "sort_order": 1, "description": "Siete días seguidos, y ''algo'' más.", "reward_type": "BESITOS", "reward_value": {"amount": 70}, "is_repeatable": false, "claim_window_hours": 168}, "primeros_pasos": {"name": "¡Hola, mundo!", "is_active": false, "is_secret": true, "conditions": [["FIRST_DAILY_GIFT", null, 0], ["FIRST_REACTION", null, 0]], "sort_order": 0, "description": null, "reward_type": "BADGE", "reward_value": {"emoji": "👋🏽", "badge_name": "recién llegado"}, "is_repeatable": true, "claim_window_hours": 24}}}', '2026-01-01 00:00:00+00', '0.1.0');
SELECT pg_catalog.setval('public.admin_actions_id_seq', 1, false);
SELECT pg_catalog.setval('public.reward_conditions_id_seq', 14, true);
SELECT pg_catalog.setval('public.rewards_id_seq', 3, true);
SELECT pg_catalog.setval('public.transactions_id_seq', 1, false);
SELECT pg_catalog.setval('public.user_rewards_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.admin_actions
    ADD CONSTRAINT pk_admin_actions PRIMARY KEY (id);
ALTER TABLE ONLY public.admin_dialogs
    ADD CONSTRAINT pk_admin_dialogs PRIMARY KEY (admin_id);
ALTER TABLE ONLY public.bot_config
    ADD CONSTRAINT pk_bot_config PRIMARY KEY (id);
ALTER TABLE ONLY public.reward_conditions
    ADD CONSTRAINT pk_reward_conditions PRIMARY KEY (id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT pk_rewards PRIMARY KEY (id);
ALTER TABLE ONLY public.seed_marker
    ADD CONSTRAINT pk_seed_marker PRIMARY KEY (seed);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT pk_transactions PRIMARY KEY (id);
ALTER TABLE ONLY public.user_gamification_profiles
    ADD CONSTRAINT pk_user_gamification_profiles PRIMARY KEY (user_id);
ALTER TABLE ONLY public.user_reactions
    ADD CONSTRAINT pk_user_reactions PRIMARY KEY (user_id, chat_id, message_id);
ALTER TABLE ONLY public.user_rewards
    ADD CONSTRAINT pk_user_rewards PRIMARY KEY (id);
ALTER TABLE ONLY public.user_streaks
    ADD CONSTRAINT pk_user_streaks PRIMARY KEY (user_id, streak_type);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (user_id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT uq_rewards_key UNIQUE (key);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT uq_transactions_reference UNIQUE (reference);
ALTER TABLE ONLY public.user_rewards
    ADD CONSTRAINT uq_user_rewards_user_id_reward_id UNIQUE (user_id, reward_id);
CREATE INDEX ix_admin_actions_created_at ON public.admin_actions USING btree (created_at);
CREATE INDEX ix_reward_conditions_reward_id ON public.reward_conditions USING btree (reward_id);
CREATE INDEX ix_transactions_created_at ON public.transactions USING btree (created_at);
CREATE INDEX ix_transactions_user_id_id ON public.transactions USING btree (user_id, id);
CREATE INDEX ix_user_gamification_profiles_total_earned_user_id ON public.user_gamification_profiles USING btree (total_earned, user_id);
CREATE INDEX ix_user_reactions_user_id_day ON public.user_reactions USING btree (user_id, day);
CREATE INDEX ix_user_rewards_reward_id ON public.user_rewards USING btree (reward_id);
ALTER TABLE ONLY public.reward_conditions
    ADD CONSTRAINT fk_reward_conditions_reward_id_rewards FOREIGN KEY (reward_id) REFERENCES public.rewards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT fk_transactions_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.user_gamification_profiles
    ADD CONSTRAINT fk_user_gamification_profiles_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_reactions
    ADD CONSTRAINT fk_user_reactions_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_rewards
    ADD CONSTRAINT fk_user_rewards_reward_id_rewards FOREIGN KEY (reward_id) REFERENCES public.rewards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_rewards
    ADD CONSTRAINT fk_user_rewards_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_streaks
    ADD CONSTRAINT fk_user_streaks_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;
